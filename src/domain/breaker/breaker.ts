import {type ProcessRef, parseProcessRef} from '../clock/process-ref.js'
import {type ClockReading, elapsedMs, hasPassed, readingOf} from '../clock/reading.js'
import {isJobName} from '../job/job-name.js'
import type {Fold, FoldVerdict} from '../journal/fold.js'
import {isStamped, type RawRecord, type StampedRecord} from '../journal/record.js'
import {giveBack, type RetryBudget, takeToken} from '../retry/retry-budget.js'
import type {BreakerSettings} from '../settings/settings.js'

/**
 * A breaker stops calls to a target that keeps failing. Its records, each with `target` and guard's stamp:
 *
 * - succeeded, failed: one call ended; `credit?` goes back to the retry budget
 * - opened: `openForMs`, `reason`, `by`: counts (valid while closed), probe (of that `probe`), hand (always)
 * - probing: `process?`, `limitMs`, `over?`: the one call that is let through once `openForMs` have passed. The first in the
 *   file is elected; another is valid when that one's limit has passed or `over` names it, its process being gone
 * - closed: `by` probe (of that `probe`) or hand; `reset` forgets everything
 * - isolated: `reason`, `forMs?`: held open by hand
 * - retried: `reserve`: takes one token of the retry budget, void when there is none
 */
export interface Breaker {
  readonly target: string
  /** The last calls, oldest first. */
  readonly calls: readonly Call[]
  /** Failures since the last success, of any age; for display. */
  readonly failuresInRow: number
  readonly opening?: Opening
  readonly probe?: Probe
  readonly isolation?: Isolation
  readonly budget?: RetryBudget
}

interface Call extends ClockReading {
  readonly ok: boolean
}

interface Opening extends ClockReading {
  readonly reason: string
  readonly openForMs: number
  /** Openings in a row: 1 the first time, one more for each probe that failed. */
  readonly count: number
}

export interface Probe extends ClockReading {
  readonly id: string
  readonly limitMs: number
  readonly process?: ProcessRef
}

interface Isolation extends ClockReading {
  readonly reason: string
  readonly forMs?: number
}

export type Breakers = Map<string, Breaker>
export type BreakerState = 'closed' | 'open' | 'half-open' | 'isolated'

/** Calls that a breaker remembers; the settings' counts cannot ask for more. */
export const rememberedCalls = 64

/** Closed breakers of more targets than this are forgotten, those first that were longest unused. */
const mostTargets = 10_000

export function breakerState(breaker: Breaker | undefined, now: ClockReading): BreakerState {
  if (!breaker) return 'closed'
  if (isIsolated(breaker, now)) return 'isolated'
  if (!breaker.opening) return 'closed'
  return hasPassed(breaker.opening, breaker.opening.openForMs, now) ? 'half-open' : 'open'
}

function isIsolated({isolation}: Breaker, now: ClockReading): boolean {
  if (!isolation) return false
  return isolation.forMs === undefined || !hasPassed(isolation, isolation.forMs, now)
}

/** Why a closed breaker should open now, or undefined. */
export function openingReason(breaker: Breaker, policy: BreakerSettings, now: ClockReading): string | undefined {
  const {calls} = breaker
  const isFailureWithin = (spanMs: number) => (call: Call) => !call.ok && elapsedMs(call, now) < spanMs
  const isRemembered = isFailureWithin(policy.forgetAfterMs)
  const inWindow = calls.filter(isFailureWithin(policy.windowMs)).length
  if (policy.failures > 0 && inWindow >= policy.failures)
    return `${inWindow} failures within ${policy.windowMs / 1000} s`
  const inRow = calls.slice(calls.findLastIndex(({ok}) => ok) + 1).filter(isRemembered).length
  if (policy.consecutive > 0 && inRow >= policy.consecutive) return `${inRow} failures in a row`
  const recent = policy.recentCalls > 0 ? calls.slice(-policy.recentCalls).filter(isRemembered).length : 0
  if (policy.recentFailures > 0 && recent >= policy.recentFailures)
    return `${recent} of the last ${Math.min(calls.length, policy.recentCalls)} calls failed`
  return undefined
}

/** How long the next opening lasts when `openings` have gone before it in a row, ms. */
export function openForMs({openForMs, factor, maxOpenForMs}: BreakerSettings, openings: number): number {
  return Math.min(maxOpenForMs, openForMs * factor ** openings)
}

/** Whether another probe may be elected: none is under way, or the one that was has passed its limit. */
export function isProbeFree({probe}: Breaker, now: ClockReading): boolean {
  return !probe || hasPassed(probe, probe.limitMs, now)
}

export const breakerFold: Fold<Breakers> = {
  empty: () => new Map(),
  apply: (breakers, record) => {
    if (!isWritten(record)) return 'void'
    const present = breakers.get(record.target) ?? {target: record.target, calls: [], failuresInRow: 0}
    const next = applyRecord(present, record)
    if (!next) return 'void'
    breakers.delete(record.target)
    if (next !== 'forgotten') breakers.set(record.target, next)
    forgetOne(breakers, record)
    return 'ok' satisfies FoldVerdict
  },
  save: (breakers) => [...breakers.values()],
  restore: (saved) => new Map((saved as readonly Breaker[]).map((breaker) => [breaker.target, breaker])),
}

interface Written extends StampedRecord {
  readonly target: string
}

function isWritten(record: RawRecord): record is Written {
  const {target} = record
  return isStamped(record) && typeof target === 'string' && isJobName(target)
}

/** The breaker after `record`, or undefined when it came too late and changes nothing. */
function applyRecord(breaker: Breaker, record: Written): Breaker | 'forgotten' | undefined {
  switch (record.kind) {
    case 'succeeded':
      return withCall(breaker, record, true)
    case 'failed':
      return withCall(breaker, record, false)
    case 'opened':
      return opened(breaker, record)
    case 'probing':
      return probing(breaker, record)
    case 'closed':
      return closed(breaker, record)
    case 'isolated':
      return {
        ...breaker,
        isolation: {...readingOf(record), reason: textOf(record['reason']), ...spanOf(record, 'forMs')},
      }
    case 'retried': {
      const budget = takeToken(breaker.budget, numberOf(record['reserve']), record)
      return budget && {...breaker, budget}
    }
    default:
      return undefined
  }
}

function withCall(breaker: Breaker, record: Written, ok: boolean): Breaker {
  const {budget: before, ...rest} = breaker
  const budget = giveBack(before, numberOf(record['credit']), record)
  return {
    ...rest,
    calls: [...breaker.calls, {...readingOf(record), ok}].slice(-rememberedCalls),
    failuresInRow: ok ? 0 : breaker.failuresInRow + 1,
    ...(budget && {budget}),
  }
}

function opened(breaker: Breaker, record: Written): Breaker | undefined {
  const {by, openForMs: span} = record
  if (typeof span !== 'number' || !(span > 0)) return undefined
  const byHand = by === 'hand'
  const byProbe = by === 'probe' && isOwnProbe(breaker, record)
  const byCounts = by === 'counts' && !breaker.opening
  if (!byHand && !byProbe && !byCounts) return undefined
  const {probe: _, ...rest} = breaker
  const count = byProbe ? (breaker.opening?.count ?? 0) + 1 : 1
  return {...rest, opening: {...readingOf(record), reason: textOf(record['reason']), openForMs: span, count}}
}

function probing(breaker: Breaker, record: Written): Breaker | undefined {
  // A probe that was repeated because its writer could not know that it stood already.
  if (breaker.probe?.id === record.id) return breaker
  const {limitMs, over} = record
  if (typeof limitMs !== 'number' || !(limitMs > 0) || breakerState(breaker, record) !== 'half-open') return undefined
  if (!isProbeFree(breaker, record) && over !== breaker.probe?.id) return undefined
  const process = parseProcessRef(record['process'])
  return {...breaker, probe: {...readingOf(record), id: record.id, limitMs, ...(process && {process})}}
}

function closed(breaker: Breaker, record: Written): Breaker | 'forgotten' | undefined {
  if (record['by'] !== 'hand' && !isOwnProbe(breaker, record)) return undefined
  if (record['reset'] === true) return 'forgotten'
  const {opening: _, probe: __, isolation: ___, ...rest} = breaker
  // What isolates the target outlives the probe that was under way when it was isolated.
  const isolation = record['by'] === 'hand' ? undefined : breaker.isolation
  return {...rest, calls: [], failuresInRow: 0, ...(isolation && {isolation})}
}

function isOwnProbe({probe}: Breaker, record: Written): boolean {
  return probe !== undefined && record['probe'] === probe.id
}

function forgetOne(breakers: Breakers, now: ClockReading): void {
  if (breakers.size <= mostTargets) return
  for (const [target, breaker] of breakers) {
    if (breakerState(breaker, now) !== 'closed') continue
    breakers.delete(target)
    return
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : 'no reason given'
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0
}

function spanOf(record: RawRecord, field: 'forMs'): {forMs?: number} {
  const span = record[field]
  return typeof span === 'number' && span > 0 ? {forMs: span} : {}
}
