import {isoTime} from '../../domain/clock/iso-time.js'
import {type WaitingJobs, waitingText} from '../../domain/scheduler/set-back.js'
import type {ComingSlot} from '../../usecases/schedule/coming-slots.js'
import type {SchedulerRunState, SchedulerStatus} from '../../usecases/schedule/scheduler-status.js'
import type {Stopped} from '../../usecases/schedule/stop-scheduler.js'
import type {SchedulerStart} from '../wire/scheduler/scheduler.js'
import {color} from './color.js'
import type {Page} from './page.js'
import {renderText} from './table.js'
import {whenText} from './times.js'

const paint: Readonly<Record<SchedulerRunState, (text: string) => string>> = {
  running: color.green,
  stopped: color.yellow,
  dead: color.red,
  unknown: color.yellow,
}

export interface Coming {
  readonly next: readonly ComingSlot[]
  /** Undefined if no job waits for a clock that was set back. */
  readonly waiting: WaitingJobs | undefined
}

export function renderScheduler(page: Page, status: SchedulerStatus, {next, waiting}: Coming): string {
  const lines = [`${paint[status.is](color.bold(status.is))}${stateText(page, status)}`]
  const {daemon, running, queued} = status
  if (status.is === 'running' && daemon?.heartbeatAt !== undefined)
    lines.push(
      `heartbeat ${whenText(page, daemon.heartbeatAt)}${status.isLate ? ', which is late: it hangs or was stopped' : ''}`,
    )
  if (daemon?.reload?.problem !== undefined) {
    const isInUse = status.is === 'running' ? ', the former ones are in use' : ''
    lines.push(`settings refused ${whenText(page, daemon.reload.at)}${isInUse}: ${daemon.reload.problem}`)
  } else if (daemon?.reload) lines.push(`settings read anew ${whenText(page, daemon.reload.at)}`)
  for (const {job, problem} of daemon?.wrongJobs ?? [])
    lines.push(`${job} is not started, because its settings are wrong: ${problem}`)
  if (status.is === 'running' && waiting) lines.push(waitingText(waiting, whenText(page, waiting.untilMs)))
  if (daemon?.lateMs !== undefined) lines.push(`slots start ${daemon.lateMs} ms late (median)`)
  if (running.length > 0) lines.push(`running: ${running.map(({job}) => job).join(', ')}`)
  if (queued.length > 0) lines.push(`queued: ${queued.map(({key}) => key).join(', ')}`)
  const title = status.is === 'running' ? 'next' : 'next, once it runs'
  if (next.length > 0)
    lines.push(`${title}: ${next.map(({job, dueMs}) => `${job} ${whenText(page, dueMs)}`).join(', ')}`)
  return lines.map((line) => renderText(page, line)).join('\n')
}

function stateText(page: Page, {is, daemon, lease}: SchedulerStatus): string {
  if (is === 'running')
    return `, pid ${lease?.process?.pid}${daemon ? `, since ${whenText(page, daemon.startedAt)}` : ''}`
  if (is === 'unknown') return `: its lease is held by ${lease?.holder}, whose process cannot be looked at from here`
  if (is === 'dead') {
    const how = daemon?.isForeground ? 'by what ran it, such as systemd' : 'guard scheduler start'
    return `: it did not say that it stops, and its process is gone; start it: ${how}`
  }
  const {stopped} = daemon ?? {}
  return stopped ? `, ${whenText(page, stopped.at)}, by ${stopped.reason}` : ': it was never started here'
}

export function schedulerToJson(status: SchedulerStatus, {next, waiting}: Coming): object {
  const {is, lease, daemon, isLate, running, queued} = status
  return {
    state: is,
    ...(is === 'running' && {pid: lease?.process?.pid}),
    ...(daemon && {since: isoTime(daemon.startedAt)}),
    ...(daemon?.heartbeatAt !== undefined && {heartbeat: isoTime(daemon.heartbeatAt)}),
    isLate,
    ...(daemon?.lateMs !== undefined && {latenessMs: daemon.lateMs}),
    ...(daemon?.stopped && {stopped: {at: isoTime(daemon.stopped.at), reason: daemon.stopped.reason}}),
    ...(daemon?.reload && {lastReload: reloadToJson(daemon.reload)}),
    ...(daemon?.wrongJobs && {wrongJobs: daemon.wrongJobs.map(({job, problem}) => ({job, reason: problem}))}),
    ...(is === 'running' && waiting && {waiting: {jobs: waiting.jobs, until: isoTime(waiting.untilMs)}}),
    running: running.map(({job, id, startedAt}) => ({job, runId: id, startedAt: isoTime(startedAt)})),
    queued: queued.map(({job, slotMs}) => ({job, slot: isoTime(slotMs)})),
    next: next.map(({job, dueMs}) => ({job, at: isoTime(dueMs)})),
  }
}

function reloadToJson({at, problem}: {readonly at: number; readonly problem?: string}): object {
  return {at: isoTime(at), ok: problem === undefined, ...(problem !== undefined && {reason: problem})}
}

export function stoppedText({is, pid, ended}: Stopped): readonly string[] {
  const first =
    is === 'was-not-running'
      ? 'the scheduler does not run'
      : `the scheduler has ${is === 'killed' ? 'been killed, because it did not end within 5 s' : 'stopped'}, pid ${pid}`
  return ended.length === 0 ? [first] : [first, `ended: ${ended.join(', ')}`]
}

/** `guard scheduler start --json`. */
export function startedToJson({is, pid}: SchedulerStart): object {
  return {state: 'running', started: is === 'started', pid}
}

/** `guard scheduler stop --json`. */
export function stoppedToJson({is, pid, ended}: Stopped): object {
  return {state: 'stopped', was: is, pid, ended}
}
