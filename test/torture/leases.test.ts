import {type ChildProcess, spawn} from 'node:child_process'
import {appendFileSync, mkdirSync, readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {beforeAll, expect, onTestFinished, test} from 'vitest'
import {leaseFold} from '../../src/domain/lease.js'
import type {Rec} from '../../src/domain/record.js'
import {openJournal} from '../../src/journal/open-journal.js'
import {systemClock} from '../../src/system/clock.js'
import {createStamper} from '../../src/system/host.js'
import {newId} from '../../src/system/ids.js'
import {bundleScript} from '../support/bundle.js'
import {tempDir} from '../support/temp-dir.js'

const isLong = process.env['GUARD_TORTURE'] === 'long'
const contenders = 32
const kills = isLong ? 10_000 : 50

interface Fact {
  readonly fact: 'granted' | 'acted' | 'released' | 'fenced'
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
/** Park and Miller's minimal standard generator: the same kills for the same seed, as far as the machine allows. */
function draw(below: number): number {
  random = (random * 48_271) % 2_147_483_647
  return random % below
}

beforeAll(() => {
  random = Number(process.env['GUARD_SEED'] ?? 1)
})

test(
  `of ${contenders} processes with ${kills} kills and stops at random never two hold a lease, and no line is lost`,
  async () => {
    const root = tempDir()
    const [state, facts] = [join(root, 'state'), join(root, 'facts')]
    for (const dir of [state, facts]) mkdirSync(dir)
    const claimer = await bundleScript(join(import.meta.dirname, 'claimer.ts'), root)
    const running = new Set<ChildProcess>()
    let started = 0
    const start = () => {
      started += 1
      const child = spawn(process.execPath, [claimer, state, join(facts, `${started}`), 'scan'], {
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      child.stderr?.on('data', (text: Buffer) => complaints.push(text.toString()))
      running.add(child)
      child.once('exit', () => running.delete(child))
    }
    const complaints: string[] = []
    onTestFinished(() => {
      for (const child of running) child.kill('SIGKILL')
    })

    const foreign: string[] = []
    for (let count = 0; count < contenders; count++) start()
    for (let killed = 0; killed < kills; ) {
      await systemClock.sleep(5 + draw(20))
      const victim = [...running][draw(running.size)]
      // A victim that never got to its first line would only test Node's start.
      if (!victim || !hasSpoken(facts)) continue
      if (draw(6) === 0) {
        victim.kill('SIGSTOP')
        void systemClock.sleep(300 + draw(500)).then(() => victim.kill('SIGCONT'))
      } else {
        victim.kill('SIGKILL')
        killed += 1
        start()
      }
      if (draw(3) === 0) foreign.push(echo(state, foreign.length))
    }
    const ended = [...running].map((child) => new Promise((resolve) => child.once('exit', resolve)))
    for (const child of running) child.kill('SIGKILL')
    await Promise.all(ended)

    expect(complaints).toEqual([])
    judge(state, factsIn(facts), foreign)
  },
  isLong ? 3_600_000 : 120_000,
)

function hasSpoken(facts: string): boolean {
  return readdirSync(facts).some((file) => statSync(join(facts, file)).size > 0)
}

/** As `echo '{…}' >>leases.jsonl` in a shell. */
function echo(state: string, number: number): string {
  const mark = `foreign-${number}`
  appendFileSync(join(state, 'leases.jsonl'), `{"mark":"${mark}"}\n`)
  return mark
}

function judge(state: string, facts: readonly Fact[], foreign: readonly string[]): void {
  const spec = {
    name: 'leases',
    fold: leaseFold,
    limit: {bytes: 6000, records: 1000},
    retention: {maxAgeMs: 1e12, maxBytes: 1e12},
  }
  const journal = openJournal(state, spec, createStamper(systemClock, newId))
  journal.compactIfDue()
  const records = [...journal.records()]

  const granted = facts.filter(({fact}) => fact === 'granted')
  expect(granted.length).toBeGreaterThan(20)
  expect(journal.inspect().generation).toBeGreaterThan(3)

  // Invariant 2: no token twice.
  expect(new Set(granted.map(({token}) => token)).size).toBe(granted.length)
  // Invariant 3: what was acknowledged stands in the journal, with the effect that was told.
  const effects = effectsOf(records)
  const lost = granted.filter(({claimId, token}) => effects.tokens.get(claimId) !== token)
  expect(lost).toEqual([])
  const unreleased = facts.filter(({fact, claimId}) => fact === 'released' && !effects.released.has(claimId))
  expect(unreleased).toEqual([])
  // Invariant 8: the snapshots say what all lines say.
  expect(journal.read().grants).toBe(effects.tokens.size)
  // Invariant 1: never two at work at once.
  expect(overlaps(facts)).toEqual([])
  // Invariant 9: foreign lines count once.
  const marks = records.map(({mark}) => mark).filter((mark) => mark !== undefined)
  expect(marks.toSorted()).toEqual(foreign.toSorted())
}

/** The token of each claim that was granted, by all lines from the beginning, and the claims that were given back. */
function effectsOf(records: readonly Rec[]) {
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
  return acted.flatMap((one, index) => {
    const next = acted.slice(index + 1).find(({from, token}) => token !== one.token && from < one.to)
    return next ? [[one, next] as const] : []
  })
}
