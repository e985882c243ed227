import type {Fold} from '../journal/fold.js'
import {hasFields, type RawRecord} from '../journal/record.js'
import {matchesPattern} from './route.js'

/**
 * A silence keeps messages about what it matches from being sent, for a time and a reason. Its records: `added`,
 * `removed`.
 */
export interface Silence {
  readonly id: string
  /** `*` stands for any characters. Each that is given must match. */
  readonly job?: string
  readonly class?: string
  readonly group?: string
  readonly reason: string
  readonly owner: string
  /** Wall clock, ms. */
  readonly addedMs: number
  readonly untilMs: number
  /** It ends earlier, once a job that it matches is well. */
  readonly untilHealthy: boolean
}

/** Oldest first. */
export type Silences = ReadonlyMap<string, Silence>

/** Silences that are over are of no use after so long. */
const keptOver = 1000

export const silenceFold: Fold<Map<string, Silence>> = {
  empty: () => new Map(),
  apply(state, record) {
    const {kind} = record
    if (kind === 'removed') return state.delete(String(record['silence'])) ? 'ok' : 'void'
    const silence = kind === 'added' ? parseSilence(record) : undefined
    if (!silence) return kind === 'added' ? 'void' : 'ok'
    state.set(silence.id, silence)
    const oldest = state.size > keptOver ? state.keys().next().value : undefined
    if (oldest !== undefined) state.delete(oldest)
    return 'ok'
  },
  save: (state) => [...state.values()],
  restore: (saved) => new Map((saved as readonly Silence[]).map((silence) => [silence.id, silence])),
}

function parseSilence(record: RawRecord): Silence | undefined {
  if (!hasFields(record, {id: 'string', reason: 'string', owner: 'string', at: 'time', untilMs: 'time'}))
    return undefined
  const {id, reason, owner, at, untilMs, job, class: failureClass, group} = record
  return {
    id: id as string,
    ...(typeof job === 'string' && {job}),
    ...(typeof failureClass === 'string' && {class: failureClass}),
    ...(typeof group === 'string' && {group}),
    reason: reason as string,
    owner: owner as string,
    addedMs: at as number,
    untilMs: untilMs as number,
    untilHealthy: record['untilHealthy'] === true,
  }
}

/** What may be silenced. */
interface Matter {
  readonly job: string
  readonly class: string | undefined
  readonly group: string
}

/** The silence that keeps news of this matter back at this time; undefined if none does. */
export function silenceOf(silences: Silences, matter: Matter, nowMs: number): Silence | undefined {
  for (const silence of silences.values()) {
    if (nowMs < silence.untilMs && matchesSilence(silence, matter)) return silence
  }
  return undefined
}

export function matchesSilence(silence: Silence, matter: Matter): boolean {
  const {job, class: failureClass, group} = silence
  if (job !== undefined && !matchesPattern(job, matter.job)) return false
  if (failureClass !== undefined && !matchesPattern(failureClass, matter.class ?? '')) return false
  return group === undefined || matchesPattern(group, matter.group)
}
