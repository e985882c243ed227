import type {SchedulerFacts} from '../../../domain/health/scheduler.js'
import {jobsToSchedule} from '../../../domain/scheduler/scheduled-jobs.js'
import {type WaitingJobs, waitingJobs, waitingText} from '../../../domain/scheduler/set-back.js'
import {schedulerStream} from '../../../journal/failure-streams.js'
import {lookAtScheduler, type SchedulerLook} from '../../../usecases/schedule/scheduler-status.js'
import type {Guard} from '../../guard.js'
import {lookDeps} from './scheduler.js'

/** What is known of the scheduler, for those who judge the machine. */
export async function schedulerFacts(guard: Guard): Promise<SchedulerFacts> {
  if (guard.journal(schedulerStream).read().daemon === undefined) return {is: 'never-used', text: 'never used here'}
  const look = await lookAtScheduler(lookDeps(guard))
  const is = look.is === 'running' && look.isLate ? 'late' : look.is
  const waiting = is === 'running' ? jobsThatWait(guard) : undefined
  return {
    ...{is, text: textOf(look, is), isForeground: look.daemon?.isForeground === true},
    ...(waiting && {waiting: waitingText(waiting, dayAndTime(waiting.untilMs))}),
  }
}

/** The jobs that wait for a clock that was set back. @returns undefined if none does */
export function jobsThatWait(guard: Guard): WaitingJobs | undefined {
  const state = guard.journal(schedulerStream).read()
  return waitingJobs(state, jobsToSchedule(guard.settings), guard.clock.now())
}

function textOf({lease, daemon}: SchedulerLook, is: SchedulerFacts['is']): string {
  const pid = lease?.process?.pid
  switch (is) {
    case 'running':
      return `the scheduler runs, pid ${pid}`
    case 'late':
      return `the scheduler, pid ${pid}, gives no sign since ${dayAndTime(daemon?.heartbeatAt ?? 0)}: it hangs or was halted`
    case 'dead':
      return `the scheduler is dead: it was started on ${dayAndTime(daemon?.startedAt ?? 0)} and did not say that it stops`
    case 'unknown':
      return `whether the scheduler runs cannot be told from here: ${lease?.holder} has its lease`
    default:
      return `the scheduler was stopped on ${dayAndTime(daemon?.stopped?.at ?? 0)}`
  }
}

/** `26 Nov at 17:02`, in the zone of the machine. */
function dayAndTime(atMs: number): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(atMs)
  const part = (name: string) => parts.find(({type}) => type === name)?.value ?? ''
  return `${part('day')} ${part('month')} at ${part('hour')}:${part('minute')}`
}

/** What the scheduler has to do with a job that nothing starts, as a sentence; none while it runs, or for another job. */
export async function schedulerSentences(guard: Guard, job: string): Promise<readonly string[]> {
  const {schedule} = guard.settings.jobs[job] ?? {}
  if (schedule === undefined) return []
  const {is, text} = await schedulerFacts(guard)
  if (is === 'never-used') return []
  return [`${text.charAt(0).toUpperCase()}${text.slice(1)}.`]
}
