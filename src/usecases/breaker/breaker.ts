import {
  type Breaker,
  type Breakers,
  breakerState,
  isProbeFree,
  openForMs,
  openingReason,
  type Probe,
} from '../../domain/breaker/breaker.js'
import type {ProcessRef} from '../../domain/clock/process-ref.js'
import {type ClockReading, dueAt} from '../../domain/clock/reading.js'
import type {BudgetRatio} from '../../domain/settings/job.js'
import type {BreakerSettings} from '../../domain/settings/settings.js'
import type {Journal} from '../../journal/journal.js'

export interface BreakerDeps {
  readonly breakers: Journal<Breakers>
  readonly now: () => ClockReading
  /** Whether the process of a probe is provably gone. */
  readonly isGone: (probe: Probe) => boolean
}

interface BreakerTarget {
  readonly target: string
  readonly policy: BreakerSettings
}

export type Permit =
  /** `probe` is set for the one call that a half-open breaker lets through; hand it to `recordCall`. */
  | {readonly allowed: true; readonly probe?: string}
  /** `retryAt`: when another call may be let through, wall clock, ms; undefined when a person must close the breaker. */
  | {readonly allowed: false; readonly reason: string; readonly retryAt: number | undefined}

/** What recording a call did to the breaker. */
export type BreakerChange =
  | {readonly change: 'none' | 'closed'}
  | {readonly change: 'opened'; readonly reason: string; readonly openForMs: number}

/**
 * Asks whether a call to the target may be made. Of all processes that find a breaker half-open one is elected: each
 * appends its claim to probe, and the order of the lines decides. The probe ends with `process`.
 * Throws GuardError `io`, `no-state`.
 */
export function allowCall(deps: BreakerDeps, to: BreakerTarget, process: ProcessRef | undefined): Permit {
  const breaker = deps.breakers.read().get(to.target)
  const now = deps.now()
  const state = breakerState(breaker, now)
  if (!breaker || state === 'closed') return {allowed: true}
  if (state !== 'half-open') return refusal(breaker, now)
  const over = breaker.probe && !isProbeFree(breaker, now) && deps.isGone(breaker.probe) ? breaker.probe.id : undefined
  if (!isProbeFree(breaker, now) && over === undefined) return refusal(breaker, now)
  const claim = {kind: 'probing', target: to.target, limitMs: to.policy.probeLimitMs, process, over}
  const {record, verdict, state: after} = deps.breakers.append(claim, 'buffered')
  if (verdict === 'ok') return {allowed: true, probe: record.id}
  return refusal(after.get(to.target) ?? breaker, deps.now())
}

/** Why a breaker lets no call through, and until when. */
export function refusal(breaker: Breaker, now: ClockReading): Permit & {allowed: false} {
  const {target, isolation, opening, probe} = breaker
  const state = breakerState(breaker, now)
  if (state === 'isolated' && isolation) {
    const retryAt = isolation.forMs === undefined ? undefined : dueAt(isolation, isolation.forMs, now)
    return {allowed: false, reason: `${target} is isolated: ${isolation.reason}`, retryAt}
  }
  if (state === 'open' && opening)
    return {
      allowed: false,
      reason: `${target} is open: ${opening.reason}`,
      retryAt: dueAt(opening, opening.openForMs, now),
    }
  if (isProbeFree(breaker, now))
    return {allowed: false, reason: `${target} is half-open: the next call is the probe`, retryAt: now.at}
  const who = probe?.process ? ` by process ${probe.process.pid}` : ''
  const retryAt = probe ? dueAt(probe, probe.limitMs, now) : now.at
  return {allowed: false, reason: `${target} is half-open and being probed${who}`, retryAt}
}

/** The probe that this process was elected to make, for callers that keep no permit. */
export function probeOf(
  deps: Pick<BreakerDeps, 'breakers'>,
  target: string,
  process: ProcessRef | undefined,
): string | undefined {
  const probe = deps.breakers.read().get(target)?.probe
  const isSame = process && probe?.process?.pid === process.pid && probe.process.start === process.start
  return isSame ? probe.id : undefined
}

interface CallEnd {
  readonly ok: boolean
  /** Of the permit. */
  readonly probe: string | undefined
  /** What the call gives back to the retry budget. */
  readonly credit: number
}

/** Records how a call ended, which may open or close the breaker. Throws GuardError `io`, `no-state`. */
export function recordCall(deps: BreakerDeps, to: BreakerTarget, end: CallEnd): BreakerChange {
  const change = recordEnd(deps, to, end)
  deps.breakers.compactIfDue()
  return change
}

function recordEnd(deps: BreakerDeps, {target, policy}: BreakerTarget, end: CallEnd): BreakerChange {
  if (end.probe !== undefined) {
    const settled = settleProbe(deps, {target, policy}, {probe: end.probe, ok: end.ok})
    if (settled) return settled
  }
  const call = {target, credit: end.credit}
  if (end.ok) {
    deps.breakers.note({kind: 'succeeded', ...call}, 'buffered')
    return {change: 'none'}
  }
  const {state, record} = deps.breakers.append({kind: 'failed', ...call}, 'buffered')
  const breaker = state.get(target)
  const reason = breaker && !breaker.opening ? openingReason(breaker, policy, record) : undefined
  if (reason === undefined) return {change: 'none'}
  return open(deps, {target, by: 'counts', reason, openForMs: openForMs(policy, 0)})
}

/** Closes or opens the breaker by its probe's end; undefined when that probe has been given up meanwhile. */
function settleProbe(
  deps: BreakerDeps,
  {target, policy}: BreakerTarget,
  {probe, ok}: {readonly probe: string; readonly ok: boolean},
): BreakerChange | undefined {
  if (ok) {
    const {verdict} = deps.breakers.append({kind: 'closed', target, by: 'probe', probe}, 'durable')
    return verdict === 'ok' ? {change: 'closed'} : undefined
  }
  const openings = deps.breakers.read().get(target)?.opening?.count ?? 0
  const change = open(deps, {
    target,
    by: 'probe',
    probe,
    reason: 'the probe failed',
    openForMs: openForMs(policy, openings),
  })
  return change.change === 'opened' ? change : undefined
}

interface Opened {
  readonly target: string
  readonly by: 'counts' | 'probe' | 'hand'
  readonly probe?: string
  readonly reason: string
  readonly openForMs: number
}

function open(deps: Pick<BreakerDeps, 'breakers'>, opened: Opened): BreakerChange {
  const {verdict} = deps.breakers.append({kind: 'opened', ...opened}, 'durable')
  // Another process opened it between our reading and our line: once is enough.
  if (verdict === 'void') return {change: 'none'}
  return {change: 'opened', reason: opened.reason, openForMs: opened.openForMs}
}

type ByHand = Pick<BreakerDeps, 'breakers'>

/** Opens a breaker by hand; it probes for itself after `openForMs`. */
export function openByHand(
  deps: ByHand,
  target: string,
  {reason, openForMs}: {reason: string; openForMs: number},
): void {
  open(deps, {target, by: 'hand', reason, openForMs})
}

/** Holds a breaker open without probes, for `forMs` or until it is closed by hand. */
export function isolateByHand(deps: ByHand, target: string, {reason, forMs}: {reason: string; forMs?: number}): void {
  deps.breakers.append({kind: 'isolated', target, reason, forMs}, 'durable')
}

/** Closes a breaker and ends its isolation. */
export function closeByHand(deps: ByHand, target: string): void {
  deps.breakers.append({kind: 'closed', target, by: 'hand'}, 'durable')
}

/** Forgets all about a target: its calls, its openings, its retry budget. */
export function resetByHand(deps: ByHand, target: string): void {
  deps.breakers.append({kind: 'closed', target, by: 'hand', reset: true}, 'durable')
}

/** Takes a token of the target's retry budget, which all processes share; false when it is used up. */
export function takeRetryToken(deps: ByHand, target: string, {reserve}: BudgetRatio): boolean {
  return deps.breakers.append({kind: 'retried', target, reserve}, 'buffered').verdict === 'ok'
}
