import {createHash} from 'node:crypto'
import {drive, type FileOp, type Step} from '../../src/journal/protocol/files.js'
import {type ModelFiles, modelFiles} from './model-files.js'

/**
 * A small model checker: it runs the real protocol on files in memory and tries every order of the file operations of
 * several processes, with kills, torn and short writes and clock ticks in between.
 *
 * A state is the content of the files and the answers that each process has got: processes are deterministic, so two
 * histories with the same state have the same future. To go back to a state, its history is replayed.
 */
export interface ModelState {
  readonly files: ModelFiles
  /** Monotonic milliseconds; a tick advances it. */
  readonly clock: {mono: number}
  /** The answers that processes got, which must stay true. */
  readonly acks: Ack[]
}

interface Ack {
  readonly id: string
  readonly process: number
  readonly mono: number
  readonly verdict: string
  readonly token?: number | undefined
}

export type Process = (model: ModelState, index: number) => Step<void>

/** Changes what an operation does, to show that the checks fail then. */
export type Mutant = (op: FileOp, perform: (op: FileOp) => unknown, previous: FileOp | undefined) => unknown

export interface Setup {
  readonly journal: string
  readonly processes: readonly Process[]
  /** Fills the files before the processes start. */
  readonly before?: Process
  readonly crashes: number
  /** Short writes after which the process goes on, as on a full disk. */
  readonly shortWrites: number
  readonly ticks: number
  readonly tickMs: number
  readonly mostStates: number
  /** Ends the search early. */
  readonly longestMs?: number
  readonly mutant?: Mutant
  /** Throws if something is wrong after all processes have ended. */
  readonly check: (model: ModelState) => void
}

type Choice = {readonly process: number; readonly how: 'step' | 'crash' | 'torn' | 'short'} | {readonly how: 'tick'}

interface Explored {
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
    // Follows one branch without a replay, and leaves the others for later.
    for (;;) {
      const key = run.key()
      if (seen.has(key)) break
      seen.add(key)
      const [next, ...others] = run.choices()
      if (!next) {
        ends += 1
        judge(setup, run.model, history)
        break
      }
      for (const other of others) open.push([...history, other])
      history.push(next)
      run.take(next)
    }
  }
  return {states: seen.size, ends, complete: open.length === 0}
}

/** One random walk, drawn by `draw` (0 ≤ x < 1), for set-ups that are too large to explore. */
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
  judge(setup, run.model, history)
}

function judge(setup: Setup, model: ModelState, history: readonly Choice[]): void {
  try {
    setup.check(model)
  } catch (error) {
    const way = history
      .map((choice) => ('process' in choice ? `${choice.process}:${choice.how}` : choice.how))
      .join(' ')
    throw new Error(`${(error as Error).message}\nafter ${way}\n${model.files.fingerprint()}`, {cause: error})
  }
}

interface Actor {
  readonly steps: Step<void>
  op: FileOp | undefined
  previous: FileOp | undefined
  told: string
}

function replay(setup: Setup, history: readonly Choice[]) {
  const model: ModelState = {files: modelFiles(setup.journal), clock: {mono: 1000}, acks: []}
  if (setup.before) drive(setup.before(model, -1), model.files.perform)
  const left = {crashes: setup.crashes, shortWrites: setup.shortWrites, ticks: setup.ticks}
  const actors = setup.processes.map(
    (process, index): Actor => ({steps: process(model, index), op: undefined, previous: undefined, told: ''}),
  )
  const perform = (actor: Actor, op: FileOp) =>
    setup.mutant ? setup.mutant(op, model.files.perform, actor.previous) : model.files.perform(op)
  for (const actor of actors) resume(actor, undefined)

  const take = (choice: Choice): void => {
    if (choice.how === 'tick') {
      left.ticks -= 1
      model.clock.mono += setup.tickMs
      return
    }
    const actor = actors[choice.process]
    const op = actor?.op
    if (!actor || !op) return
    if (choice.how === 'step') {
      const answer = perform(actor, op)
      actor.told += `${op.op}:${describe(answer)}@${model.clock.mono};`
      resume(actor, answer)
      return
    }
    if (choice.how !== 'crash' && op.op === 'append') {
      // A short write leaves all but the newline, which is the hardest case.
      const written = model.files.tear(op, choice.how === 'torn' ? Math.ceil(op.bytes.length / 2) : op.bytes.length - 1)
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
      .update(model.files.fingerprint())
      .update(JSON.stringify([model.clock, left, actors.map(({told, op}) => [told, op === undefined])]))
      .digest('base64')
  return {model, choices: () => choicesOf(actors, left), take, key}
}

/** Runs a process up to its next operation with a visible effect; others need no state of their own. */
function resume(actor: Actor, answer: unknown): void {
  let turn = actor.steps.next(answer)
  while (!turn.done && (turn.value.op === 'close' || turn.value.op === 'sync' || turn.value.op === 'sync-folders')) {
    turn = actor.steps.next(undefined)
  }
  actor.previous = actor.op
  actor.op = turn.done ? undefined : turn.value
}

type Left = Pick<Setup, 'crashes' | 'shortWrites' | 'ticks'>

function choicesOf(actors: readonly Actor[], left: Left): Choice[] {
  const found: Choice[] = []
  for (const [process, {op}] of actors.entries()) {
    if (!op) continue
    found.push({process, how: 'step'})
    if (left.crashes > 0) found.push({process, how: 'crash'})
    if (op.op !== 'append') continue
    if (left.crashes > 0) found.push({process, how: 'torn'})
    if (left.shortWrites > 0) found.push({process, how: 'short'})
  }
  // Time matters only while a process runs.
  if (found.length > 0 && left.ticks > 0) found.push({how: 'tick'})
  return found
}

function describe(answer: unknown): string {
  if (Buffer.isBuffer(answer)) return answer.toString('latin1')
  return typeof answer === 'object' ? JSON.stringify(answer) : String(answer)
}
