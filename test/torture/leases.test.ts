import {type ChildProcess, spawn} from 'node:child_process'
import {appendFileSync, mkdirSync, readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, expect, onTestFinished, test} from 'vitest'
import type {RawRecord} from '../../src/domain/journal/record.js'
import {leaseFold} from '../../src/domain/lease/lease.js'
import {openJournal} from '../../src/journal/open.js'
import {systemClock} from '../../src/system/host/clock.js'
import {createStamper} from '../../src/system/host/host.js'
import {newId} from '../../src/system/host/ids.js'
import {bundleScript} from '../support/bundle.js'
import {givenSeed} from '../support/random.js'
import {runtime} from '../support/runtime.js'
import {tempDir} from '../support/temp-dir.js'

const isLong = process.env['GUARD_TORTURE'] === 'long'
const contenders = 32
const kills = Number(process.env['GUARD_KILLS'] ?? (isLong ? 10_000 : 50))

/** The long form stops after this time, because 10,000 kills take long on a busy machine. */
const longestMs = Number(process.env['GUARD_TORTURE_MINUTES'] ?? 45) * 60_000

/** On a busy machine the kills may end before enough grants have happened; then the test goes on. */
const fewestGrants = 60

interface Fact {
  readonly fact: 'began' | 'granted' | 'acted' | 'released' | 'fenced'
  readonly token: number
  readonly claimId: string
  readonly from: number
  readonly to: number
}

const factsIn = (dir: string): Fact[] =>
  readdirSync(dir).flatMap((file) =>
    readFileSync(join(dir, file), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Fact),
  )

let random = 1
/** Park and Miller's minimal standard generator, so that a seed gives about the same kills again. */
function draw(below: number): number {
  random = (random * 48_271) % 2_147_483_647
  return random % below
}

beforeAll(() => {
  random = givenSeed
})

test(
  `of ${contenders} processes with ${kills} random kills and stops, no two hold a lease at once, and no line is lost`,
  async () => {
    const root = tempDir()
    const [state, facts] = [join(root, 'state'), join(root, 'facts')]
    for (const dir of [state, facts]) mkdirSync(dir)
    const claimer = await bundleScript(join(import.meta.dirname, 'claimer.ts'), root)
    const running = new Map<ChildProcess, string>()
    const dying = new Set<ChildProcess>()
    let started = 0
    let stopped = 0
    let killed = 0
    const start = () => {
      started += 1
      const factsFile = join(facts, `${started}`)
      const {file, env} = runtime
      const child = spawn(file, [claimer, state, factsFile, 'scan'], {env, stdio: ['ignore', 'ignore', 'pipe']})
      child.stderr?.on('data', (text: Buffer) => errors.push(text.toString()))
      running.set(child, factsFile)
      child.once('exit', () => running.delete(child) || dying.delete(child))
    }
    const errors: string[] = []
    onTestFinished(() => {
      for (const child of running.keys()) child.kill('SIGKILL')
    })

    const foreign: string[] = []
    for (let count = 0; count < contenders; count++) start()
    const until = systemClock.mono() + longestMs
    const isEnough = () => errors.length > 0 || (killed >= kills && grantsIn(facts) >= fewestGrants)
    while (!isEnough() && systemClock.mono() < until) {
      await systemClock.sleep(5 + draw(20))
      const [victim, factsFile = ''] = [...running][draw(running.size)] ?? []
      // A process that has not written its first line yet is still starting Node.
      if (!victim || !hasFacts(factsFile)) continue
      if (draw(6) === 0) {
        victim.kill('SIGSTOP')
        stopped += 1
        void systemClock.sleep(300 + draw(500)).then(() => victim.kill('SIGCONT'))
      } else {
        victim.kill('SIGKILL')
        // It may take a while to die, and must not be drawn again.
        running.delete(victim)
        dying.add(victim)
        killed += 1
        start()
      }
      if (draw(3) === 0) foreign.push(echo(state, foreign.length))
    }
    const ended = [...running.keys(), ...dying].map((child) => new Promise((resolve) => child.once('exit', resolve)))
    for (const child of running.keys()) child.kill('SIGKILL')
    await Promise.all(ended)

    const seen = judge(state, factsIn(facts), foreign)
    expect(errors).toEqual([])
    if (isLong) console.log({killed, stopped, ...seen})
  },
  isLong ? 3_600_000 : 120_000,
)

function grantsIn(facts: string): number {
  return factsIn(facts).filter(({fact}) => fact === 'granted').length
}

function hasFacts(factsFile: string): boolean {
  return (statSync(factsFile, {throwIfNoEntry: false})?.size ?? 0) > 0
}

/** Like `echo '{…}' >>leases.jsonl` in a shell. */
function echo(state: string, number: number): string {
  const mark = `foreign-${number}`
  appendFileSync(join(state, 'leases.jsonl'), `{"mark":"${mark}"}\n`)
  return mark
}

function judge(state: string, facts: readonly Fact[], foreign: readonly string[]) {
  const spec = {
    name: 'leases',
    fold: leaseFold,
    limit: {bytes: 6000, records: 1000, timesSnapshot: 0},
    retention: {maxAgeMs: 1e12, maxBytes: 1e12},
  }
  const journal = openJournal(state, spec, createStamper(systemClock, newId))
  journal.compactIfDue()
  const records = [...journal.records()]

  const granted = facts.filter(({fact}) => fact === 'granted')
  expect(granted.length).toBeGreaterThanOrEqual(fewestGrants)
  expect(journal.inspect().generation).toBeGreaterThan(3)

  // Invariant 2: no token twice.
  expect(new Set(granted.map(({token}) => token)).size).toBe(granted.length)
  // Invariant 3: an acknowledged record is in the journal, with the acknowledged effect.
  const effects = effectsOf(records)
  const lost = granted.filter(({claimId, token}) => effects.tokens.get(claimId) !== token)
  expect(lost).toEqual([])
  const unreleased = facts.filter(({fact, claimId}) => fact === 'released' && !effects.released.has(claimId))
  expect(unreleased).toEqual([])
  // Invariant 8: the snapshots agree with all lines.
  expect(journal.read().grants).toBe(effects.tokens.size)
  // Invariant 1: no two holders act at once.
  expect(overlaps(facts)).toEqual([])
  // Invariant 9: foreign lines count once.
  const marks = records.map(({mark}) => mark).filter((mark) => mark !== undefined)
  expect(marks.toSorted()).toEqual(foreign.toSorted())

  const acknowledged = facts.filter(({fact}) => fact === 'granted' || fact === 'released').length
  return {compactions: journal.inspect().generation - 1, records: records.length, acknowledged, foreign: foreign.length}
}

/** The token of each granted claim and the released claims, from all lines of the journal. */
function effectsOf(records: readonly RawRecord[]) {
  const state = leaseFold.empty()
  const tokens = new Map<string, number>()
  const released = new Set<string>()
  for (const record of records) {
    if (leaseFold.apply(state, record) !== 'ok') continue
    if (record['kind'] === 'claimed') tokens.set(String(record['id']), state.grants)
    if (record['kind'] === 'released') released.add(String(record['claim']))
  }
  return {tokens, released}
}

function overlaps(facts: readonly Fact[]): readonly (readonly [Fact, Fact])[] {
  const acted = facts.filter(({fact}) => fact === 'acted').sort((a, b) => a.from - b.from)
  const found: (readonly [Fact, Fact])[] = []
  let longest: Fact | undefined
  for (const next of acted) {
    if (longest && longest.token !== next.token && next.from < longest.to) found.push([longest, next])
    if (!longest || next.to > longest.to) longest = next
  }
  return found
}
