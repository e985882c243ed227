import {expect, test} from 'vitest'
import {emptyUptime} from '../../../src/domain/clock/uptime.js'
import type {RunsByJob} from '../../../src/domain/run/job-runs.js'
import type {WatchedJob} from '../../../src/domain/watchdog/watched-job.js'
import type {Slots} from '../../../src/system/host/slots.js'
import {slotsOfRound} from '../../../src/usecases/watchdog/slots-of-round.js'
import {minute} from '../../support/job-facts.js'
import {leaseNow} from '../../support/leases.js'
import {scan} from '../../support/watchdog-world.js'

type Changes = Partial<Pick<WatchedJob, 'name' | 'schedule' | 'timezone'>> & {readonly graceMs?: number}

const jobOf = ({graceMs = minute, ...changes}: Changes): WatchedJob => ({
  ...{...scan, schedule: '0 5 * * *', ...changes},
  limits: {...scan.limits, graceMs},
})

/** Asks for the slot of each job in one round. @returns the schedules for which the slots were computed */
function askedFor(jobs: readonly Changes[], starts: Readonly<Record<string, number>> = {}, hasSlots = true) {
  const asked = new Set<string>()
  let questions = 0
  const latest: Slots['latest'] = ({expression, timezone = 'local', fromMs}, atMs) => {
    questions += 1
    asked.add([expression, timezone, fromMs].filter((part) => part !== undefined).join(' '))
    return hasSlots ? atMs : undefined
  }
  const runs: RunsByJob = new Map(Object.entries(starts).map(([job, at]) => [job, {runs: [], starts: [at]}]))
  const clocks = {now: leaseNow, nowUptimeMs: leaseNow.mono, uptime: emptyUptime}
  const slotOf = slotsOfRound({latest, next: () => undefined}, {clocks, runs})
  const slots = jobs.map((job) => slotOf(jobOf(job))?.at)
  return {asked: [...asked], questions, slots}
}

test('a job without a schedule has no slot', () => {
  expect(askedFor([{schedule: undefined}])).toEqual({asked: [], questions: 0, slots: [undefined]})
})

test('the slots of jobs that share a schedule are computed once', () => {
  const [one, many] = [askedFor([{}]), askedFor([{name: 'a'}, {name: 'b'}, {name: 'c'}])]
  expect(many.questions).toBe(one.questions)
  expect(many.slots).toEqual([one.slots[0], one.slots[0], one.slots[0]])
})

test('a schedule without a slot is asked once, too', () => {
  expect(askedFor([{name: 'a'}, {name: 'b'}], {}, false).questions).toBe(1)
})

test('jobs of one schedule in several time zones have slots of their own', () => {
  const {asked} = askedFor([{}, {timezone: 'UTC'}, {timezone: 'Asia/Tokyo'}])
  expect(asked).toEqual(['0 5 * * * local', '0 5 * * * UTC', '0 5 * * * Asia/Tokyo'])
})

test('a slot is late by the grace of its job', () => {
  const {slots} = askedFor([{graceMs: minute}, {graceMs: 5 * minute}])
  expect(slots).toEqual([leaseNow.at - minute, leaseNow.at - 5 * minute])
})

test('@every is counted from the last start of each job, and other schedules are not', () => {
  const starts = {a: 1000, b: 2000}
  const every = askedFor(
    [
      {name: 'a', schedule: '@every 1m'},
      {name: 'b', schedule: '@every 1m'},
    ],
    starts,
  )
  expect(every.asked).toEqual(['@every 1m local 1000', '@every 1m local 2000'])
  expect(askedFor([{name: 'a'}, {name: 'b'}], starts).asked).toEqual(['0 5 * * * local'])
})
