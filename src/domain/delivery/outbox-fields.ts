import {hasFields, type RawRecord} from '../journal/record.js'
import type {Told} from './group.js'
import type {Message} from './message.js'

/** The parts of a record of the outbox. Any program may have written it, so each is looked at. */

/** @returns undefined if it is no message */
export function messageOf(value: unknown): Message | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const texts = {id: 'string', channel: 'string', group: 'string', kind: 'string', title: 'string'} as const
  const isWhole = hasFields(value as RawRecord, {...texts, level: 'string', atMs: 'time', jobCount: 'number'})
  const {jobs, notes} = value as Partial<Message>
  return isWhole && Array.isArray(jobs) && Array.isArray(notes) ? (value as Message) : undefined
}

/** What a channel was told by a record of this time. */
export function toldOf({kind, told: value}: RawRecord, at: number): Told | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const {jobs, level, repeats, silence, firstMs, raisedMs} = value as Partial<Told>
  return {
    atMs: at,
    writtenMs: kind === 'pending' ? at : undefined,
    jobs: jobs ?? 0,
    level: level ?? 'INFO',
    repeats: repeats ?? 0,
    firstMs: firstMs ?? at,
    ...(typeof raisedMs === 'number' && {raisedMs}),
    silence,
    heard: silence === undefined,
    receipt: undefined,
  }
}

/** Those of a list that are ids. */
export function idsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((id) => typeof id === 'string') : []
}

/** Who of the recipients does not have a message that the others have, and why; undefined if nobody is left out. */
export function missedBy(receipt: unknown, owedReason: unknown): string | undefined {
  const reasons = [refusedOf(receipt), owedReason].filter((one) => typeof one === 'string')
  return reasons.length === 0 ? undefined : reasons.join('; ')
}

/** Who of the recipients was refused for good, by the receipt of a message that the others have; undefined if nobody was. */
export function refusedOf(receipt: unknown): string | undefined {
  if (typeof receipt !== 'object' || receipt === null) return undefined
  const {refused} = receipt as RawRecord
  return typeof refused === 'string' && refused !== '' ? refused : undefined
}
