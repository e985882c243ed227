import {type Breakers, breakerState} from '../breaker/breaker.js'
import type {ClockReading} from '../clock/reading.js'
import {span} from '../clock/span.js'
import type {Incidents} from '../incident/incident.js'
import {isCritical} from '../incident/overall-status.js'
import {type Lease, type LeaseState, leaseState} from '../lease/lease.js'
import type {ResetRequest} from '../openclaw/reset-request.js'
import type {InferredEnd, LeaseHolder} from '../run/interrupted-run.js'
import {type GivenToken, openRuns, type RunsByJob} from '../run/job-runs.js'
import {heartbeatState} from '../watchdog/daemon-heartbeat.js'
import type {Check, CheckName, HealthVerdict} from './check.js'
import {listNames} from './list-names.js'

/** State of the files of one journal. */
export interface JournalFacts {
  readonly name: string
  /** 0 if it has no record yet. */
  readonly generation: number
  readonly bytes: number
  readonly records: number
  /** Lines that are not a JSON object. */
  readonly garbage: number
  readonly problems: readonly string[]
}

/** Each crash tears one line at most; more than this in one journal come from a program that does not write JSON. */
const toleratedGarbage = 3

export function judgeJournals(journals: readonly JournalFacts[]): Check {
  const known = journals.filter(({generation}) => generation > 0)
  const garbage = known.reduce((sum, journal) => sum + journal.garbage, 0)
  const problems = known.flatMap((journal) => [...journal.problems, ...garbageProblem(journal)])
  const bytes = known.reduce((sum, journal) => sum + journal.bytes, 0)
  const lines = garbage === 1 ? '1 line is' : `${garbage} lines are`
  return check('journals', problems.length > 0 ? 'degraded' : 'healthy', {
    reason: problems.length > 0 ? listNames(problems, '; ') : `${known.length} in use, ${lines} not JSON`,
    facts: {bytes, garbage, problems, journals: known},
  })
}

function garbageProblem({name, garbage}: JournalFacts): readonly string[] {
  return garbage > toleratedGarbage
    ? [`${garbage} lines of ${name}.jsonl are not JSON: find the program that writes them`]
    : []
}

/**
 * `lost` is a token above all that the leases know: their journal was emptied, or an older copy took its place.
 * A living holder whose lease has expired hangs or is stopped, and another run may start beside it.
 */
export function judgeLeases(observations: readonly LeaseHolder[], now: ClockReading, lost?: GivenToken): Check {
  const states = observations.map(({lease}) => leaseState(lease, now))
  const count = (state: LeaseState) => states.filter((one) => one === state).length
  const overdue = observations
    .filter(({lease, status}) => status === 'alive' && leaseState(lease, now) === 'expired')
    .map(({lease}) => lease.job)
  const counts = {held: count('held'), expired: count('expired'), released: count('released')}
  const told = `${counts.held} held, ${counts.expired} expired, ${counts.released} released`
  const problems = [
    ...(overdue.length > 0 ? [`expired though the holder is alive: ${listNames(overdue)}`] : []),
    ...(lost ? [lostText(lost)] : []),
  ]
  return check('leases', problems.length > 0 ? 'degraded' : 'healthy', {
    reason: [told, ...problems].join('; '),
    facts: {...counts, overdue, ...(lost && {lost})},
  })
}

function lostText({job, token}: GivenToken): string {
  return `leases.jsonl was emptied or rolled back: tokens were given before, up to ${token} to ${job}; the next is ${token + 1}`
}

/** Crashed runs whose end is not on record yet. */
export function judgeRuns(book: RunsByJob, ends: ReadonlyMap<string, InferredEnd>): Check {
  const open = openRuns(book)
  const interrupted = open.filter(({id}) => ends.has(id))
  const jobs = interrupted.map(({job}) => job)
  return check('runs', jobs.length > 0 ? 'degraded' : 'healthy', {
    reason:
      jobs.length > 0
        ? `interrupted, and not recorded until the next run or round of guard watchdog: ${listNames(jobs)}`
        : `${open.length} under way`,
    facts: {underWay: open.length - jobs.length, interrupted: interrupted.map(({job, id}) => ({job, run: id}))},
  })
}

export function judgeBreakers(breakers: Breakers, now: ClockReading): Check {
  const known = [...breakers.values()].map((breaker) => ({
    target: breaker.target,
    state: breakerState(breaker, now),
  }))
  const refusing = known.filter(({state}) => state !== 'closed')
  return check('breakers', refusing.length > 0 ? 'degraded' : 'healthy', {
    reason:
      refusing.length > 0
        ? listNames(refusing.map(({target, state}) => `${target} is ${state}`))
        : `${known.length} known, all closed`,
    facts: {closed: known.length - refusing.length, refusing},
  })
}

export function judgeIncidents(incidents: Incidents, now: ClockReading): Check {
  const open = [...incidents.open.values()]
  const escalated = open.filter(({escalations}) => escalations > 0)
  const verdict: HealthVerdict = open.some(isCritical) ? 'unhealthy' : open.length > 0 ? 'degraded' : 'healthy'
  const told = [...escalated, ...open.filter(({escalations}) => escalations === 0)].map(
    ({job, verdict, openedAt, escalations}) =>
      `${job} ${verdict} for ${span(Math.max(0, now.at - openedAt))}${escalations > 0 ? ', told' : ''}`,
  )
  return check('incidents', verdict, {
    reason: told.length > 0 ? listNames(told, '; ') : 'none open',
    facts: {
      open: open.map(({job, verdict, level, reason, openedAt, escalations}) => ({
        job,
        verdict,
        level,
        reason,
        openedAt: new Date(openedAt).toISOString(),
        escalations,
      })),
    },
  })
}

/** The reset daemon is late only while a request waits. */
export function judgeResetDaemon(
  {lease, pending}: {readonly lease: Lease | undefined; readonly pending: readonly ResetRequest[]},
  now: ClockReading,
  lateAfterMs: number,
): Check {
  const state = heartbeatState(lease, now, lateAfterMs)
  const oldest = pending.map(({requestedAtMs}) => requestedAtMs ?? now.at).sort((a, b) => a - b)[0]
  const hasWaitedLong = oldest !== undefined && now.at - oldest > lateAfterMs
  const isLate = state.is === 'never-used' ? hasWaitedLong : state.is === 'late' && pending.length > 0
  const waiting = `${pending.length} ${pending.length === 1 ? 'request waits' : 'requests wait'}`
  const rounds = state.is === 'never-used' ? 'never used here' : state.reason
  return check('reset-daemon', isLate ? 'degraded' : 'healthy', {
    reason: pending.length > 0 ? `${isLate ? 'late: ' : ''}${waiting}, ${rounds}` : rounds,
    facts: {...state, is: isLate ? 'late' : state.is === 'late' ? 'idle' : state.is, pending: pending.length},
  })
}

function check(name: CheckName, verdict: HealthVerdict, told: Pick<Check, 'reason' | 'facts'>): Check {
  return {check: name, verdict, ...told}
}
