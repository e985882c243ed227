import {describe, expect, test} from 'vitest'
import {runsFold} from '../../../src/domain/run/job-runs.js'
import type {ScheduledJob} from '../../../src/domain/scheduler/decide.js'
import type {SlotTimes} from '../../../src/domain/scheduler/next-starts.js'
import {schedulerFold} from '../../../src/domain/scheduler/scheduler.js'
import {GuardError} from '../../../src/errors.js'
import {createSlots} from '../../../src/system/host/slots.js'
import {createDecider} from '../../../src/usecases/schedule/decide-slots.js'
import {fakeClock} from '../../support/fake-clock.js'
import {memoryJournal} from '../../support/memory-journal.js'
import {minutely, scheduled} from '../../support/scheduler-days.js'

const minute = 60_000
const noon = Date.UTC(2026, 0, 5, 12)
const full = new GuardError('io', 'no space left')

type Written = (kind: string, job: string, write: () => void) => void

/** A scheduler that starts at noon, and what it has launched; `disk` is asked for each record. */
function scheduler(jobs: readonly ScheduledJob[], disk: {write: Written} = {write: (_kind, _job, write) => write()}) {
  const clock = fakeClock(noon)
  const before = memoryJournal(schedulerFold, clock)
  const runs = memoryJournal(runsFold, clock)
  const state = {journal: before}
  const asked: string[] = []
  const durabilities: string[] = []
  const times = createSlots()
  const slots: SlotTimes = {
    latest: (schedule, atMs) => times.latest(schedule, atMs),
    next: (schedule, atMs) => {
      asked.push(schedule.expression)
      return times.next(schedule, atMs)
    },
  }
  const append: typeof before.append = (entry, durability) => {
    durabilities.push(durability)
    let appended: ReturnType<typeof before.append> | undefined
    disk.write(entry.kind, String(entry['job']), () => {
      appended = state.journal.append(entry, durability)
    })
    return appended!
  }
  const started = new Set<string>()
  const isStarted = (job: string, slotMs: number) => started.has(`${job} ${slotMs}`)
  const journal = {read: () => state.journal.read(), append}
  const decider = createDecider({clock, host: 'host-1', slots, journal, runs, isStarted})
  decider.setJobs(jobs)
  const launched: string[] = []
  const decide = () =>
    decider.decide(({job, slot}) => launched.push(`${job} ${new Date(slot).toISOString().slice(11, 16)}`))
  /** The schedules are adopted, and each job waits for its first slot. */
  const begin = () => {
    decide()
    decide()
    asked.length = 0
    durabilities.length = 0
  }
  return {
    ...{clock, state, decider, decide, begin, launched, asked, durabilities, started},
    /** Another state directory takes the place of the present one. */
    replace: (journal = memoryJournal(schedulerFold, clock)) => {
      state.journal = journal
    },
    records: () => state.journal.lines.map(({kind, job, reason}) => [kind, job, reason].filter(Boolean).join(' ')),
  }
}

describe('a decision', () => {
  test('adopts a new schedule, and tells its first slot at the next one', () => {
    const {decide, records, launched} = scheduler([minutely()])
    expect(decide()).toBe(noon)
    expect([records(), launched]).toEqual([['adopted j its schedule is new'], []])
    expect(decide()).toBe(noon + minute)
    expect(records()).toHaveLength(1)
  })

  test('launches what is due, and tells when the next slot of any job is', () => {
    const {clock, decide, begin, launched} = scheduler([minutely(), scheduled('30 * * * *', {name: 'half'})])
    begin()
    clock.advance(minute)
    expect([decide(), launched]).toEqual([noon + 2 * minute, ['j 12:01']])
  })

  test('looks at no job before its time', () => {
    const {clock, decide, begin, asked} = scheduler([minutely(), scheduled('30 * * * *', {name: 'half'})])
    begin()
    clock.advance(minute)
    decide()
    expect(new Set(asked)).toEqual(new Set(['* * * * *']))
    asked.length = 0
    decide()
    expect(asked).toEqual([])
  })

  test.each([
    ['after a clock was set', ({decider}: ReturnType<typeof scheduler>) => decider.forget()],
    ['of other settings', ({decider}: ReturnType<typeof scheduler>) => decider.setJobs([minutely()])],
  ])('looks at each job %s', (_title, change) => {
    const world = scheduler([minutely()])
    world.begin()
    change(world)
    world.decide()
    expect(world.asked).not.toEqual([])
  })

  test('knows of no next slot where no job has one', () => {
    const {decide, begin} = scheduler([])
    begin()
    expect(decide()).toBeUndefined()
  })

  test('launches no slot that another scheduler has recorded first', () => {
    const disk: {write: Written} = {write: (_kind, _job, write) => write()}
    const {clock, state, decide, begin, launched} = scheduler([minutely()], disk)
    begin()
    clock.advance(minute)
    disk.write = (kind, job, write) => {
      state.journal.append({kind, job, slot: clock.now()}, 'buffered')
      write()
    }
    decide()
    expect(launched).toEqual([])
  })

  test('waits for the disk once, with its last record', () => {
    const {clock, decide, begin, durabilities} = scheduler([minutely(), minutely({name: 'k'})])
    begin()
    clock.advance(minute)
    decide()
    expect(durabilities).toEqual(['buffered', 'durable'])
  })
})

describe('a slot that was launched', () => {
  /** The state directory of noon comes back after a slot has fired in it, which it does not know. */
  const comeBack = () => {
    const world = scheduler([minutely({catchUp: {mode: 'all', windowMs: 60 * minute, limit: 10}})])
    world.begin()
    const old = memoryJournal(schedulerFold, world.clock, [...world.state.journal.lines])
    world.clock.advance(minute)
    world.decide()
    world.replace(old)
    return world
  }

  test('is not launched again where the state directory comes back as it was before', () => {
    const {clock, decide, decider, launched, records} = comeBack()
    clock.advance(minute)
    decider.forget()
    decide()
    expect(launched).toEqual(['j 12:01', 'j 12:02'])
    expect(records()).toContain('missed j it was run while the state directory was another one')
  })

  test('is forgotten once a clock that was wrong by days is set right', () => {
    const {clock, decide, decider, begin, launched} = scheduler([minutely()])
    clock.jump(3 * 24 * 60 * minute)
    begin()
    clock.advance(minute)
    decide()
    clock.jump(-3 * 24 * 60 * minute)
    decider.forget()
    decide()
    decide()
    clock.advance(minute)
    decide()
    expect(launched).toEqual(['j 12:01', 'j 12:02'])
  })
})

describe('a disk that fails in the middle of a decision', () => {
  const jobs = [minutely(), minutely({name: 'k'})]

  test('keeps no slot from its start that is on record by then', () => {
    const disk: {write: Written} = {write: (_kind, _job, write) => write()}
    const {clock, decide, begin, launched} = scheduler(jobs, disk)
    begin()
    clock.advance(minute)
    disk.write = (_kind, job, write) => {
      if (job === 'k') throw full
      write()
    }
    expect(decide).toThrow(full)
    expect(launched).toEqual(['j 12:01'])
    disk.write = (_kind, _job, write) => write()
    decide()
    expect(launched).toEqual(['j 12:01', 'k 12:01'])
  })

  const failAfterWrite = () => {
    const disk: {write: Written} = {write: (_kind, _job, write) => write()}
    const world = scheduler(jobs, disk)
    world.begin()
    world.clock.advance(minute)
    disk.write = (_kind, job, write) => {
      write()
      if (job === 'k') throw full
    }
    expect(world.decide).toThrow(full)
    disk.write = (_kind, _job, write) => write()
    return world
  }

  test('keeps no slot from its start of which the record is there after all', () => {
    const {decide, launched} = failAfterWrite()
    decide()
    decide()
    expect(launched).toEqual(['j 12:01', 'k 12:01'])
  })

  test('has no slot started that has a run by then', () => {
    const {decide, launched, started} = failAfterWrite()
    started.add(`k ${noon + minute}`)
    decide()
    expect(launched).toEqual(['j 12:01'])
  })
})
