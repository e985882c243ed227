import type {Clocks} from '../../domain/clock/uptime.js'
import {lastStartOf, type RunsByJob} from '../../domain/run/job-runs.js'
import {isWildcard} from '../../domain/schedule/cron-expression.js'
import {everyMsOf} from '../../domain/schedule/schedule.js'
import {slotFacts} from '../../domain/watchdog/build-job-facts.js'
import type {SlotFacts} from '../../domain/watchdog/job-facts.js'
import type {WatchedJob} from '../../domain/watchdog/watched-job.js'
import type {Slots} from '../../system/host/slots.js'

/** Thousands of jobs share a few schedules, and a round has one time: each question is asked once. */
export function slotsOfRound(
  slots: Slots,
  {clocks, runs}: {readonly clocks: Clocks; readonly runs: RunsByJob},
): (job: WatchedJob) => SlotFacts | undefined {
  const known = new Map<string, SlotFacts | undefined>()
  return ({name, schedule, timezone, limits: {graceMs}}) => {
    if (schedule === undefined) return undefined
    const from = everyMsOf(schedule) === undefined ? {} : lastStartOf(runs.get(name))
    const key = `${graceMs} ${timezone ?? ''} ${schedule} ${from.fromMs ?? ''}`
    if (!known.has(key)) {
      const latest = (atMs: number) => slots.latest({expression: schedule, timezone, ...from}, atMs)
      known.set(key, slotFacts(latest, {graceMs, isWildcard: isWildcard(schedule)}, clocks))
    }
    return known.get(key)
  }
}
