import type {Settings} from '../../domain/settings/settings.js'
import {settingsOfJob} from '../../domain/settings/settings.js'
import type {Slots} from '../../system/host/slots.js'

interface UpcomingDeps {
  readonly settings: Pick<Settings, 'jobs' | 'defaults'>
  readonly slots: Slots
}

interface UpcomingSlot {
  readonly job: string
  /** Wall clock, ms. */
  readonly at: number
}

/** A job that is due each second says no more by more slots. */
const mostSlotsOfJob = 100

/** What is due by the schedules after `nowMs`, at most `withinMs` later, the next first. Throws GuardError `config`. */
export function upcomingSlots(
  {settings, slots}: UpcomingDeps,
  nowMs: number,
  withinMs: number,
): readonly UpcomingSlot[] {
  const found = Object.keys(settings.jobs).flatMap((job) => {
    const {schedule, timezone} = settingsOfJob(settings, job)
    if (schedule === undefined) return []
    const times: UpcomingSlot[] = []
    let at = slots.next({expression: schedule, timezone}, nowMs)
    while (at !== undefined && at <= nowMs + withinMs && times.length < mostSlotsOfJob) {
      times.push({job, at})
      at = slots.next({expression: schedule, timezone}, at)
    }
    return times
  })
  return found.sort((one, other) => one.at - other.at)
}
