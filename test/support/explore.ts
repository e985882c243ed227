import {createHash} from 'node:crypto'
import {drive, type FileOp, type Step} from '../../src/journal/protocol/files.js'
import {type ModelFiles, modelFiles} from './model-files.js'

/**
 * A small model checker: it runs the real protocol on files in memory and tries every order in which the file
 * operations of several processes can follow each other, with kills, torn and short writes and clock ticks between.
 *
 * A state is what stands in the files and what each process has been answered so far: processes are deterministic, so
 * two histories that agree in that have the same future. Going back to a state means playing its history again.
 */
export interface World {
  readonly files: ModelFiles
  /** Monotonic milliseconds; a tick moves it on. */
  readonly clock: {mono: number}
  /** What processes were told: the acknowledgements that must hold for ever. */
  readonly acks: Ack[]
}

export interface Ack {
  readonly id: string
  readonly process: number
  readonly mono: number
  readonly verdict: string
  readonly token?: number | undefined
}

export type Process = (world: World, index: number) => Step<void>

/** Changes what an operation does, to show that the checks notice. */
export type Mutant = (op: FileOp, perform: (op: FileOp) => unknown, previous: FileOp | undefined) => unknown

export interface Setup {
  readonly journal: string
  readonly processes: readonly Process[]
  /** What stands in the files before the processes start. */
  readonly before?: Process
  readonly crashes: number
  /** Short writes after which the process lives on, as on a full disk. */
  readonly shortWrites: number
  readonly ticks: number
  readonly tickMs: number
  readonly mostStates: number
  /** Ends the search; the states seen by then are what was shown. */
  readonly longestMs?: number
  readonly mutant?: Mutant
  /** Throws when something is wrong in a world in which all processes have ended. */
  readonly check: (world: World) => void
}

type Choice = {readonly process: number; readonly how: 'step' | 'crash' | 'torn' | 'short'} | {readonly how: 'tick'}

export interface Explored {
  readonly states: number
  readonly ends: number
  readonly complete: boolean
}

/** Visits every reachable state once, or the first `mostStates`. An exception of `check` carries the history. */
export function explore(setup: Setup): Explored {
  const seen = new Set<string>()
  const open: Choice[][] = [[]]
  let ends = 0
  const until = performance.now() + (setup.longestMs ?? Number.POSITIVE_INFINITY)
  while (open.length > 0 && seen.size < setup.mostStates && performance.now() < until) {
    const history = open.pop() ?? []
    const run = replay(setup, history)
    // Goes on along one branch without playing it again, and leaves the others for later.
    for (;;) {
      const key = run.key()
      if (seen.has(key)) break
      seen.add(key)
      const [next, ...others] = run.choices()
      if (!next) {
        ends += 1
        judge(setup, run.world, history)
        break
      }
      for (const other of others) open.push([...history, other])
      history.push(next)
      run.take(next)
    }
  }
  return {states: seen.size, ends, complete: open.length === 0}
}

/** One way through, drawn by `draw` (0 ≤ x < 1); for set-ups too large to be explored. */
export function walk(setup: Setup, draw: () => number): void {
  const run = replay(setup, [])
  const history: Choice[] = []
  for (;;) {
    const choices = run.choices()
    const choice = choices[Math.floor(draw() * choices.length)]
    if (!choice) break
    history.push(choice)
    run.take(choice)
  }
  judge(setup, run.world, history)
}

function judge(setup: Setup, world: World, history: readonly Choice[]): void {
  try {
    setup.check(world)
  } catch (error) {
    const way = history
      .map((choice) => ('process' in choice ? `${choice.process}:${choice.how}` : choice.how))
      .join(' ')
    throw new Error(`${(error as Error).message}\nafter ${way}\n${world.files.fingerprint()}`, {cause: error})
  }
}

interface Actor {
  readonly steps: Step<void>
  op: FileOp | undefined
  previous: FileOp | undefined
  told: string
}

function replay(setup: Setup, history: readonly Choice[]) {
  const world: World = {files: modelFiles(setup.journal), clock: {mono: 1000}, acks: []}
  if (setup.before) drive(setup.before(world, -1), world.files.perform)
  const left = {crashes: setup.crashes, shortWrites: setup.shortWrites, ticks: setup.ticks}
  const actors = setup.processes.map(
    (process, index): Actor => ({steps: process(world, index), op: undefined, previous: undefined, told: ''}),
  )
  const perform = (actor: Actor, op: FileOp) =>
    setup.mutant ? setup.mutant(op, world.files.perform, actor.previous) : world.files.perform(op)
  for (const actor of actors) resume(actor, undefined)

  function resume(actor: Actor, answer: unknown): void {
    let turn = actor.steps.next(answer)
    // Operations that nobody can notice need no turn of their own.
    while (!turn.done && (turn.value.op === 'close' || turn.value.op === 'sync' || turn.value.op === 'sync-folders')) {
      turn = actor.steps.next(undefined)
    }
    actor.previous = actor.op
    actor.op = turn.done ? undefined : turn.value
  }

  const choices = (): Choice[] => {
    const found: Choice[] = []
    for (const [process, {op}] of actors.entries()) {
      if (!op) continue
      found.push({process, how: 'step'})
      if (left.crashes > 0) found.push({process, how: 'crash'})
      if (op.op !== 'append') continue
      if (left.crashes > 0) found.push({process, how: 'torn'})
      if (left.shortWrites > 0) found.push({process, how: 'short'})
    }
    // Time passes only while there is somebody to notice.
    if (found.length > 0 && left.ticks > 0) found.push({how: 'tick'})
    return found
  }

  const take = (choice: Choice): void => {
    if (choice.how === 'tick') {
      left.ticks -= 1
      world.clock.mono += setup.tickMs
      return
    }
    const actor = actors[choice.process]
    const op = actor?.op
    if (!actor || !op) return
    if (choice.how === 'step') {
      const answer = perform(actor, op)
      actor.told += `${op.op}:${describe(answer)}@${world.clock.mono};`
      resume(actor, answer)
      return
    }
    if (choice.how !== 'crash' && op.op === 'append') {
      // All but the newline is the nastiest piece that can be left.
      const written = world.files.tear(op, choice.how === 'torn' ? Math.ceil(op.bytes.length / 2) : op.bytes.length - 1)
      if (choice.how === 'short') {
        left.shortWrites -= 1
        actor.told += 'short;'
        resume(actor, written)
        return
      }
    }
    left.crashes -= 1
    actor.told += 'dead;'
    actor.op = undefined
  }

  for (const choice of history) take(choice)
  const key = () =>
    createHash('sha1')
      .update(world.files.fingerprint())
      .update(JSON.stringify([world.clock, left, actors.map(({told, op}) => [told, op === undefined])]))
      .digest('base64')
  return {world, choices, take, key}
}

function describe(answer: unknown): string {
  if (Buffer.isBuffer(answer)) return answer.toString('latin1')
  return typeof answer === 'object' ? JSON.stringify(answer) : String(answer)
}
