import type {Fold} from '../journal/fold.js'
import {hasFields, type RawRecord} from '../journal/record.js'
import {matchesPattern} from './route.js'

/**
 * A silence keeps messages about what it matches from being sent, for a time and a reason. Its records: `added`, `removed`,
 * and `met`, when something that it matches is in trouble.
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
  /** It ends earlier, once what it matches is well after trouble: it may be added before the trouble begins. */
  readonly untilHealthy: boolean
  /** Whether something that it matches has been in trouble since; undefined of one of an older guard. */
  readonly hasMet?: boolean
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
    if (kind === 'met') return meet(state, String(record['silence']))
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

function meet(state: Map<string, Silence>, id: string): 'ok' | 'void' {
  const silence = state.get(id)
  if (!silence) return 'void'
  state.set(id, {...silence, hasMet: true})
  return 'ok'
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
    hasMet: record['hasMet'] === true,
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

/** Those until something is well that meet this trouble first. */
export function metBy(silences: Silences, matter: Matter): readonly Silence[] {
  return Array.from(silences.values()).filter(
    (one) => one.untilHealthy && one.hasMet === false && matchesSilence(one, matter),
  )
}

export function matchesSilence(silence: Pick<Silence, 'job' | 'class' | 'group'>, matter: Matter): boolean {
  const {job, class: failureClass, group} = silence
  if (job !== undefined && !matchesPattern(job, matter.job)) return false
  if (failureClass !== undefined && !matchesPattern(failureClass, matter.class ?? '')) return false
  return group === undefined || matchesPattern(group, matter.group)
}
