import type {Fold, FoldVerdict} from '../journal/fold.js'
import {isStamped, type RawRecord} from '../journal/record.js'
import {applyAttempt, applyByHand} from './attempts.js'
import {keepFile} from './channel-place.js'
import {applyKeptBack, applyNoted, applyTold, type Group} from './group.js'
import type {Receipt} from './message.js'
import {idsOf, messageOf, toldOf} from './outbox-fields.js'
import {type ChannelQueue, hold, type QueuedMessage, queueIn, removeMessage} from './queue.js'

/**
 * The outbox: what waits to be told, what was sent, and what was not sent and why. Its records, each with the `token`
 * of the deliverer's lease but for those that are written by hand:
 *
 * - noted: an alert was taken, and belongs to a group
 * - recounted: the journal of alerts was emptied, so its lines have other numbers
 * - pending: a message for a channel; `attempted`: before its first byte; `sent`, `failed`: how an attempt went; `sent`
 *   with `owedTo`: those who do not have it yet
 * - suppressed: what is not sent, with its reason
 * - dropped, retried: by hand
 *
 * Invariants, each with a test:
 * 1. An alert is taken once: `noted` counts by the alert's number, in order.
 * 2. A record of an older deliverer is void.
 * 3. A message has one id for all of its attempts, and one end: sent, failed for good, replaced or dropped.
 * 4. In each channel only the oldest message is attempted, and what single recipients are owed for these alone.
 * 5. What was attempted and has no outcome is attempted again, never replaced: it may have arrived.
 * 6. A recovery is sent only of what was told.
 */
export interface OutboxState {
  /** Of the newest deliverer. */
  token: number
  /** Number of the last alert that was taken. */
  taken: number
  /** What that alert is known by, and when it was raised (wall clock, ms); the journal of alerts may be emptied. */
  takenAs: string | undefined
  takenAtMs: number
  readonly groups: Map<string, Group>
  readonly channels: Map<string, ChannelQueue>
  /** Id of a channel → the settings file that has it. */
  readonly channelFiles: Map<string, string>
}

/** Far more groups than a host has causes; older ones are long over. */
const keptGroups = 2000

export const outboxFold: Fold<OutboxState> = {
  empty: () => ({
    ...{token: 0, taken: 0, takenAs: undefined, takenAtMs: 0},
    ...{groups: new Map(), channels: new Map(), channelFiles: new Map()},
  }),
  apply: applyOutbox,
  save: ({groups, channels, channelFiles, ...numbers}) => ({
    ...numbers,
    groups: Array.from(groups.values(), ({jobs, told, well, ...group}) => ({
      ...{...group, jobs: [...jobs], told: [...told], well: [...well]},
    })),
    channels: [...channels],
    channelFiles: [...channelFiles],
  }),
  restore: (saved) => {
    const {groups, channels, channelFiles = [], ...numbers} = saved as SavedOutbox
    return {
      ...numbers,
      groups: new Map(
        groups.map(({jobs, told, well, ...group}) => [
          group.key,
          {...group, jobs: new Map(jobs), told: new Map(told), well: new Set(well)},
        ]),
      ),
      channels: new Map(channels),
      channelFiles: new Map(channelFiles),
    }
  },
}

interface SavedOutbox extends Omit<OutboxState, 'groups' | 'channels' | 'channelFiles'> {
  readonly groups: readonly (Omit<Group, 'jobs' | 'told' | 'well'> & {
    readonly jobs: readonly [string, never][]
    readonly told: readonly [string, never][]
    readonly well: readonly string[]
  })[]
  readonly channels: readonly [string, ChannelQueue][]
  /** An older snapshot does not have it. */
  readonly channelFiles?: readonly [string, string][]
}

function applyOutbox(state: OutboxState, record: RawRecord): FoldVerdict {
  const {kind, token, at} = record
  if (typeof at !== 'number') return 'void'
  if (kind === 'dropped' || kind === 'retried') return applyByHand(state, record)
  if (typeof token !== 'number' || token < state.token || !isStamped(record)) return 'void'
  state.token = token
  switch (kind) {
    case 'noted':
      return applyNotedAlert(state, record)
    case 'recounted':
      return applyRecounted(state, record)
    case 'pending':
      return applyPending(state, record, at)
    case 'suppressed':
      return applySuppressed(state, record, at)
    case 'attempted':
    case 'sent':
    case 'failed':
      return applyAttempt(state, record, at)
    default:
      return 'ok'
  }
}

function applyNotedAlert(state: OutboxState, record: RawRecord): FoldVerdict {
  const {alert} = record
  if (typeof alert !== 'number' || alert <= state.taken) return 'void'
  const {as, atMs} = record
  state.taken = alert
  state.takenAs = typeof as === 'string' ? as : undefined
  if (typeof atMs === 'number') state.takenAtMs = atMs
  applyNoted(state.groups, record)
  keepFile(state.channelFiles, idsOf(record['channels']), record['settingsFile'])
  if (state.groups.size > keptGroups) forgetGroup(state.groups)
  return 'ok'
}

/**
 * If there are more groups than are kept, one that is over goes first, then one of notices: the recovery of the others
 * has yet to be told.
 */
function forgetGroup(groups: Map<string, Group>): void {
  const all = [...groups.values()]
  const isOver = ({jobs, hasEnd, told}: Group) => jobs.size === 0 && !(hasEnd && told.size > 0)
  const group = all.find(isOver) ?? all.find(({hasEnd}) => !hasEnd) ?? all[0]
  if (group) groups.delete(group.key)
}

function applyRecounted(state: OutboxState, {taken}: RawRecord): FoldVerdict {
  if (typeof taken !== 'number') return 'void'
  state.taken = taken
  state.takenAs = undefined
  return 'ok'
}

function applyPending(state: OutboxState, record: RawRecord, at: number): FoldVerdict {
  const message = messageOf(record['message'])
  if (!message) return 'void'
  keepFile(state.channelFiles, [message.channel], record['settingsFile'])
  const queue = queueIn(state.channels, message.channel)
  if (queue.waiting.some((one) => one.message.id === message.id)) return 'void'
  const times = {nextMs: at, changedMs: at, fromMs: at}
  queue.waiting.push({
    message,
    attempts: 0,
    isOpen: false,
    isUncertain: false,
    ...times,
    lastReason: undefined,
    hasFallenBack: false,
    ...firstOf(record),
  })
  queue.recent.push(at)
  while (queue.recent.length > 1 && at - (queue.recent[0] ?? 0) > hourMs) queue.recent.shift()
  for (const id of idsOf(record['replaces'])) removeMessage(queue, id)
  if (message.kind === 'digest' && record['copyOf'] === undefined) {
    queue.held.length = 0
    queue.heldCount = 0
  }
  if (record['fuse'] === true) queue.fuseAtMs = at
  if (record['fuse'] === false) queue.fuseAtMs = 0
  markCopied(state, record['copyOf'])
  applyTold(state.groups, {channel: message.channel, group: message.group, kind: message.kind}, toldOf(record, at))
  return 'ok'
}

function firstOf({first}: RawRecord): Pick<QueuedMessage, 'first'> {
  return typeof first === 'object' && first !== null ? {first: first as Receipt} : {}
}

export const hourMs = 3_600_000

function applySuppressed(state: OutboxState, record: RawRecord, at: number): FoldVerdict {
  const {channel, group, held, title, messageKind, isRepeated} = record
  if (typeof channel !== 'string') return 'ok'
  const queue = queueIn(state.channels, channel)
  if (held === 'cap' || held === 'quiet hours') hold(queue, {reason: held, title: String(title), atMs: at})
  if (typeof group !== 'string' || typeof messageKind !== 'string') return 'ok'
  if (isRepeated === true) applyKeptBack(state.groups, channel, group)
  else applyTold(state.groups, {channel, group, kind: messageKind}, toldOf(record, at))
  return 'ok'
}

function markCopied({channels}: OutboxState, id: unknown): void {
  for (const {waiting, dead} of channels.values()) {
    const item = [...waiting, ...dead].find(({message}) => message.id === id)
    if (item) item.hasFallenBack = true
  }
}
