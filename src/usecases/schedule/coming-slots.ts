import type {RunsByJob} from '../../domain/run/job-runs.js'
import {nextStarts} from '../../domain/scheduler/next-starts.js'
import type {SchedulerState} from '../../domain/scheduler/scheduler.js'
import {spreadOf} from '../../domain/scheduler/spread.js'
import type {Settings} from '../../domain/settings/settings.js'
import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'
import type {Slots} from '../../system/host/slots.js'

interface ComingDeps {
  readonly settings: Pick<Settings, 'jobs'>
  readonly slots: Slots
  readonly runs: Pick<Journal<RunsByJob>, 'read'>
  readonly host: string
  readonly scheduler: Pick<Journal<SchedulerState>, 'read'>
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

/** Throws GuardError `config` if no job of the settings can be known. */
export function requireSettings({wrong}: Pick<Settings, 'wrong'>): void {
  if (wrong?.refusal === undefined) return
  throw new GuardError('config', `no slot is known: ${wrong.refusal}`, ['correct it and check it: guard config check'])
}

/**
 * The next slots of the jobs that have a schedule, whether or not a scheduler runs, the earliest first. Throws GuardError
 * `config`.
 */
export function comingSlots(deps: ComingDeps, {nowMs, job, perJob, untilMs}: Asked): readonly ComingSlot[] {
  const {settings, slots, host} = deps
  const runs = deps.runs.read()
  const {jobs: known} = deps.scheduler.read()
  const asked = Object.entries(settings.jobs).filter(([name]) => job === undefined || name === job)
  const found = asked.flatMap(([name, {schedule, timezone, spreadMs}]): readonly ComingSlot[] => {
    if (schedule === undefined) return []
    const records = {known: known.get(name), lastStartMs: runs.get(name)?.starts?.at(-1)}
    const spread = spreadOf(host, name, spreadMs)
    const starts = nextStarts({expression: schedule, timezone}, records, {
      ...{nowMs, slots, spread, count: perJob, untilMs},
    })
    return starts.map((start) => ({job: name, ...start, schedule, timezone}))
  })
  return found.sort((one, other) => one.dueMs - other.dueMs)
}
