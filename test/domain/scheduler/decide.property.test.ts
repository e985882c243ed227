import {expect, test} from 'vitest'
import {decideSlots, type ScheduledJob, type SlotEntry} from '../../../src/domain/scheduler/decide.js'
import {type SchedulerState, schedulerFold} from '../../../src/domain/scheduler/scheduler.js'
import {spreadOf} from '../../../src/domain/scheduler/spread.js'
import {createSlots} from '../../../src/system/host/slots.js'
import {fc} from '../../support/properties.js'
import {scheduled} from '../../support/scheduler-days.js'

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000]
const begin = Date.UTC(2026, 2, 2, 10, 0, 30)
const slots = createSlots()
/** No history of a test has more slots than this. */
const unlimited = 100_000

const job = fc
  .record({
    expression: fc.constantFrom('*/5 * * * *', '0 * * * *', '7,40 * * * *', '30 */6 * * *', '0 3 * * *'),
    spreadMs: fc.constantFrom(0, 0, minute, 10 * minute),
    mode: fc.constantFrom('skip', 'once', 'all'),
    windowMs: fc.constantFrom(90 * minute, day),
  })
  .map(({expression, spreadMs, mode, windowMs}) =>
    scheduled(expression, {spreadMs, catchUp: {mode, windowMs, limit: unlimited}}),
  )
const jobs = fc
  .array(job, {minLength: 1, maxLength: 3})
  .map((all) => all.map((one, index) => ({...one, name: `j${index}`})))

/** A round of a scheduler: what the clock did before it, and what of its decision reached the journal before it was killed. */
interface Round {
  readonly ms: number
  readonly appended: number
}
const wait = fc.constantFrom(second, 59 * second, minute, 4 * minute, hour, 3 * hour, 23 * hour, 3 * day)
const appended = fc.oneof(fc.constant(unlimited), fc.nat({max: 6}))
const forward = fc.array(fc.record({ms: wait, appended}), {minLength: 1, maxLength: 25})
const setBack = fc.constantFrom(-second, -10 * minute, -2 * hour, -24 * hour)
const anyClock = fc.array(fc.record({ms: fc.oneof(wait, setBack), appended}), {minLength: 1, maxLength: 25})

interface Counted {
  readonly record: SlotEntry
  readonly nowMs: number
}

function createJournal() {
  const state: SchedulerState = schedulerFold.empty()
  const counted: Counted[] = []
  return {
    state,
    counted,
    append(records: readonly SlotEntry[], nowMs: number) {
      for (const record of records)
        if (schedulerFold.apply(state, {...record, at: nowMs}) === 'ok') counted.push({record, nowMs})
    },
    /** As another process reads it: from a snapshot. */
    read: () => schedulerFold.restore(JSON.parse(JSON.stringify(schedulerFold.save(state)))),
  }
}

function decide(state: SchedulerState, all: readonly ScheduledJob[], nowMs: number): readonly SlotEntry[] {
  const facts = {nowMs, host: 'host', slots, lastStartOf: () => undefined, isStarted: () => false}
  return decideSlots(state, all, facts).records
}

/** All rounds, and one at the end that nobody kills. In steps a clock goes back by a day at most: more is a wrong clock. */
function live(all: readonly ScheduledJob[], rounds: readonly Round[]) {
  const journal = createJournal()
  let [nowMs, furthestMs] = [begin, begin]
  journal.append(decide(journal.state, all, nowMs), nowMs)
  for (const round of [...rounds, {ms: 0, appended: unlimited}]) {
    const isBack = round.ms < 0 && round.ms >= -day
    nowMs = isBack ? Math.max(nowMs + round.ms, furthestMs - day) : nowMs + round.ms
    furthestMs = Math.max(furthestMs, nowMs)
    journal.append(decide(journal.read(), all, nowMs).slice(0, round.appended), nowMs)
  }
  return {...journal, nowMs}
}

const ofJob = (counted: readonly Counted[], name: string) => counted.filter(({record}) => record.job === name)
const firedOf = (counted: readonly Counted[], name: string) =>
  ofJob(counted, name).flatMap(({record}) => (record.kind === 'fired' ? [Number(record['slot'])] : []))

function slotsBetween({expression, timezone}: ScheduledJob, fromMs: number, toMs: number): readonly number[] {
  const found: number[] = []
  for (
    let at = slots.next({expression, timezone}, fromMs);
    at !== undefined && at <= toMs;
    at = slots.next({expression, timezone}, at)
  )
    found.push(at)
  return found
}

/** The slots that the records of a job decide: a missed one stands for those from its first to its last. */
function decidedBy(counted: readonly Counted[], one: ScheduledJob): readonly number[] {
  return ofJob(counted, one.name).flatMap(({record}) => {
    const slot = Number(record['slot'])
    if (record.kind === 'fired') return [slot]
    return record.kind === 'missed' ? slotsBetween(one, Number(record['from'] ?? slot) - 1, slot) : []
  })
}

test('each slot is decided exactly once, wherever the schedulers are killed and however long they are away', () => {
  fc.assert(
    fc.property(jobs, forward, (all, rounds) => {
      const {counted, nowMs} = live(all, rounds)
      for (const one of all) {
        const dueMs = nowMs - spreadOf('host', one.name, one.spreadMs)
        expect(decidedBy(counted, one)).toEqual(slotsBetween(one, begin, dueMs))
      }
    }),
    {numRuns: 60},
  )
})

test('no slot within the window is lost: all of them are run, or the last', () => {
  fc.assert(
    fc.property(jobs, forward, (all, rounds) => {
      const {counted} = live(all, rounds)
      for (const one of all) {
        const {mode, windowMs} = one.catchUp
        const spread = spreadOf('host', one.name, one.spreadMs)
        for (const [index, {record, nowMs}] of ofJob(counted, one.name).entries()) {
          if (record.kind !== 'missed' || mode === 'skip') continue
          const isOld = nowMs - spread - Number(record['slot']) > windowMs
          const next = ofJob(counted, one.name)[index + 1]
          // A kill may come between the two; the next scheduler then decides of a later slot.
          const isSuperseded = mode === 'once' && next !== undefined && next.record['slot'] !== record['slot']
          expect(isOld || isSuperseded, JSON.stringify(record)).toBe(true)
        }
      }
    }),
    {numRuns: 60},
  )
})

test('no slot is run twice or before its time, when the clock is set back by up to a day', () => {
  fc.assert(
    fc.property(jobs, anyClock, (all, rounds) => {
      const {counted} = live(all, rounds)
      for (const one of all) {
        const fired = firedOf(counted, one.name)
        expect(fired).toHaveLength(new Set(fired).size)
        for (const {record, nowMs} of ofJob(counted, one.name))
          if (record.kind === 'fired') {
            expect(nowMs).toBeGreaterThanOrEqual(Number(record['slot']) + spreadOf('host', one.name, one.spreadMs))
          }
      }
    }),
    {numRuns: 60},
  )
})

test('what was run before a clock was wrong by days is not run again after it was set right', () => {
  fc.assert(
    fc.property(jobs, forward, forward, fc.integer({min: 26, max: 1000}), (all, rounds, later, hours) => {
      const wrong: readonly Round[] = [
        {ms: hours * hour, appended: unlimited},
        {ms: 4 * minute, appended: unlimited},
        {ms: -hours * hour - 2 * hour, appended: unlimited},
      ]
      const before = live(all, rounds)
      const {counted} = live(all, [...rounds, {ms: 0, appended: unlimited}, ...wrong, ...later])
      for (const one of all) {
        const fired = firedOf(counted, one.name).filter((slot) => slot <= before.nowMs)
        expect(fired).toHaveLength(new Set(fired).size)
      }
    }),
    {numRuns: 60},
  )
})

test('a new schedule does not run what the old one has run, although the clock was set back', () => {
  const {counted, state, append} = live([scheduled('*/5 * * * *')], [{ms: 2 * hour, appended: unlimited}])
  const changed = [scheduled('*/10 * * * *')]
  for (let nowMs = begin + hour; nowMs < begin + 3 * hour; nowMs += minute) append(decide(state, changed, nowMs), nowMs)
  const fired = firedOf(counted, 'j')
  expect(fired).toHaveLength(new Set(fired).size)
  expect(fired.at(-1)).toBe(begin + 3 * hour - 10 * minute - 30 * second)
})

test('two schedulers that decide by what they have read, and append in any order, run no slot twice and lose none', () => {
  const turn = fc.record({ms: wait, who: fc.constantFrom(0, 1), appends: fc.nat({max: 4})})
  fc.assert(
    fc.property(jobs, fc.array(turn, {minLength: 1, maxLength: 25}), (all, turns) => {
      const journal = createJournal()
      let nowMs = begin
      journal.append(decide(journal.state, all, nowMs), nowMs)
      const plans: (readonly SlotEntry[])[] = [[], []]
      for (const {ms, who, appends} of turns) {
        nowMs += ms
        const plan = plans[who]?.length ? plans[who] : decide(journal.read(), all, nowMs)
        journal.append(plan.slice(0, appends), nowMs)
        plans[who] = plan.slice(appends)
      }
      for (const plan of plans) journal.append(plan, nowMs)
      journal.append(decide(journal.read(), all, nowMs), nowMs)
      for (const one of all) {
        const fired = firedOf(journal.counted, one.name)
        expect(fired).toEqual([...new Set(fired)].sort((a, b) => a - b))
        const [dueMs, decided] = [nowMs - spreadOf('host', one.name, one.spreadMs), decidedBy(journal.counted, one)]
        expect(new Set(decided)).toEqual(new Set(slotsBetween(one, begin, dueMs)))
      }
    }),
    {numRuns: 60},
  )
})
