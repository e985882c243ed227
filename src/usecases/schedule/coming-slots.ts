import {type JobRuns, lastStartOf, type RunsByJob} from '../../domain/run/job-runs.js'
import {everyMsOf} from '../../domain/schedule/schedule.js'
import {spreadOf} from '../../domain/scheduler/spread.js'
import type {Settings} from '../../domain/settings/settings.js'
import type {Journal} from '../../journal/journal.js'
import type {Slots} from '../../system/host/slots.js'

interface ComingDeps {
  readonly settings: Pick<Settings, 'jobs'>
  readonly slots: Slots
  readonly runs: Pick<Journal<RunsByJob>, 'read'>
  readonly host: string
  /** Since when the scheduler counts the slots of a job, wall clock, ms. */
  readonly countedSince: (job: string) => number | undefined
}

export interface ComingSlot {
  readonly job: string
  /** Wall clock times, ms: of the schedule, and when the job is due by it. */
  readonly slotMs: number
  readonly dueMs: number
  readonly schedule: string
  /** Undefined for the zone of the machine. */
  readonly timezone: string | undefined
}

interface Asked {
  readonly nowMs: number
  /** Undefined for every job. */
  readonly job: string | undefined
  /** So many slots of each job at most. A limit for all together would hide the jobs behind one that is due often. */
  readonly perJob: number
  /** Slots that are due later are left out. */
  readonly untilMs: number
}

/** The next slots of the jobs that have a schedule, the earliest first. Throws GuardError `config`. */
export function comingSlots(deps: ComingDeps, {nowMs, job, perJob, untilMs}: Asked): readonly ComingSlot[] {
  const runs = deps.runs.read()
  const asked = Object.entries(deps.settings.jobs).filter(([name]) => job === undefined || name === job)
  const found = asked.flatMap(([name, {schedule, timezone, spreadMs}]): readonly ComingSlot[] => {
    if (schedule === undefined) return []
    const spread = spreadOf(deps.host, name, spreadMs)
    const counted = {expression: schedule, timezone, ...countedFrom(deps, runs.get(name), {name, schedule})}
    const coming: ComingSlot[] = []
    let slotMs = deps.slots.next(counted, nowMs - spread)
    while (slotMs !== undefined && slotMs + spread <= untilMs && coming.length < perJob) {
      coming.push({job: name, slotMs, dueMs: slotMs + spread, schedule, timezone})
      slotMs = deps.slots.next(counted, slotMs)
    }
    return coming
  })
  return found.sort((one, other) => one.dueMs - other.dueMs)
}

/** `@every` is counted from the last start, and before the first one as the scheduler counts it. */
function countedFrom(
  {countedSince}: ComingDeps,
  runs: JobRuns | undefined,
  {name, schedule}: {readonly name: string; readonly schedule: string},
): {readonly fromMs?: number} {
  if (everyMsOf(schedule) === undefined) return {}
  const {fromMs = countedSince(name)} = lastStartOf(runs)
  return fromMs === undefined ? {} : {fromMs}
}
