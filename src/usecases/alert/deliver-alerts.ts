import {deadAfterMs, waitAfterMs} from '../../domain/delivery/backoff.js'
import {urgentOf} from '../../domain/delivery/compose.js'
import {type DueNews, decideNews, endedSilences, type TellPolicy} from '../../domain/delivery/decide.js'
import type {JobNews, Message, Owed, Receipt, SendOutcome} from '../../domain/delivery/message.js'
import type {OutboxState} from '../../domain/delivery/outbox.js'
import {missedBy} from '../../domain/delivery/outbox-fields.js'
import type {QueuedMessage} from '../../domain/delivery/queue.js'
import {metBy, type Silences} from '../../domain/delivery/silence.js'
import {
  dueMessages,
  isGivenUp,
  nextDelivery,
  type WriteFacts,
  writeDigests,
  writeFallbacks,
  writeNews,
  writeRepeated,
  writeSilenced,
  writeUntold,
} from '../../domain/delivery/write.js'
import type {Entry} from '../../domain/journal/record.js'
import type {Journal} from '../../journal/journal.js'
import {type TakeAlertsDeps, takeAlerts} from './take-alerts.js'

export interface DeliverDeps extends Omit<TakeAlertsDeps, 'write' | 'outbox'> {
  readonly outbox: Pick<Journal<OutboxState>, 'read' | 'append'>
  readonly silences: Pick<Journal<Silences>, 'read' | 'append'>
  readonly policyOf: (channel: string) => TellPolicy & {readonly cap: number}
  readonly host: string
  readonly newId: () => string
  /** From 0 to 1. */
  readonly random: () => number
  /** See `WriteFacts`. */
  readonly quietUntilMs: (channel: string) => number | undefined
  /** What to say about a job now, where more is known than when its alert was raised. */
  readonly refresh: (news: JobNews, channel: string) => Promise<JobNews>
  /** Whether the settings have this channel of the outbox; so for each that takes one. */
  readonly isKnown: (channel: string) => boolean
  /** See `decideNews`. */
  readonly badAtOf: (job: string) => number | undefined
  readonly fallbackOf: (channel: string) => string | undefined
  /** The settings file that has this channel. */
  readonly settingsFileOf: (channel: string) => string | undefined
  /** Sends a message by its channel, to all or to those that it is owed to; never throws for what the network does. */
  readonly send: (
    message: Message,
    first: Receipt | undefined,
    owedTo: readonly string[] | undefined,
  ) => Promise<SendOutcome>
  /** Writes a line into `guardian.log`. */
  readonly log: (text: string) => void
}

/** What a deliverer works under. */
interface Deliverer {
  readonly token: number
  /** Whether its lease is still its own; asked again before each request. */
  readonly isHeld: () => boolean
}

interface Delivered {
  /** Wall clock, ms: when something is due next; undefined if nothing is without further news. */
  readonly nextMs: number | undefined
  /** Another deliverer has taken over. */
  readonly isFenced: boolean
}

/**
 * Takes the new alerts, writes the messages that are due, and sends them, until nothing is due any more. Every step is on
 * disk before the next one: a deliverer that is killed loses nothing, and its successor goes on.
 */
export async function deliverAlerts(deps: DeliverDeps, deliverer: Deliverer): Promise<Delivered> {
  const write = (entry: Entry) => {
    noteMet(deps, entry)
    return append(deps, deliverer, entry)
  }
  for (;;) {
    if (!deliverer.isHeld() || !(await takeAlerts({...deps, write}))) return fenced
    if (!(await writeMessages(deps, write))) return fenced
    const due = dueMessages(deps.outbox.read(), deps.now())
    if (due.length === 0) return {isFenced: false, nextMs: nextOf(deps)}
    const went = await Promise.all(due.map((item) => attempt(deps, deliverer, item)))
    if (went.includes(false)) return fenced
  }
}

const fenced: Delivered = {isFenced: true, nextMs: undefined}

/** @returns false if another deliverer has taken over */
function append({outbox, settingsFileOf}: DeliverDeps, {token}: Deliverer, entry: Entry): boolean {
  const isKept = entry.kind !== 'noted'
  const place = entry.kind === 'pending' && {settingsFile: settingsFileOf((entry['message'] as Message).channel)}
  return outbox.append({...entry, ...place, token}, isKept ? 'durable' : 'buffered').verdict !== 'void'
}

/** Before the trouble is on record, so that a kill between the two leaves no silence that has missed it. */
function noteMet({silences}: DeliverDeps, {kind, event, subject, group, news}: Entry): void {
  if (kind !== 'noted' || event !== 'trouble') return
  const matter = {job: String(subject), class: (news as JobNews).failureClass, group: String(group)}
  for (const {id} of metBy(silences.read(), matter)) silences.append({kind: 'met', silence: id}, 'durable')
}

function factsOf({policyOf, host, now, newId, quietUntilMs}: DeliverDeps): WriteFacts {
  return {capOf: (channel) => policyOf(channel).cap, host, newId, quietUntilMs, nowMs: now()}
}

async function writeMessages(deps: DeliverDeps, write: (entry: Entry) => boolean): Promise<boolean> {
  const facts = factsOf(deps)
  const silences = deps.silences.read()
  for (const {id} of endedSilences(deps.outbox.read(), silences, facts.nowMs))
    deps.silences.append({kind: 'removed', silence: id, reason: 'the job is well'}, 'durable')
  const decision = decideNews(deps.outbox.read(), tellFacts(deps))
  const entries = async function* (): AsyncIterable<Entry> {
    for (const news of decision.untold) yield writeUntold(news)
    for (const news of decision.silenced) yield writeSilenced(news, facts)
    for (const news of decision.repeated) yield writeRepeated(news, facts)
    // One after the other, because each message counts against the cap of its channel.
    for (const news of decision.due) yield* writeNews(deps.outbox.read(), await asItIsNow(deps, news), facts)
    yield* writeDigests(deps.outbox.read(), facts)
    yield* writeFallbacks(deps.outbox.read(), deps.fallbackOf, facts)
  }
  for await (const entry of entries()) if (!write(entry)) return false
  return true
}

/** A job may have run again since its alert, which may be hours old. */
async function asItIsNow({refresh}: DeliverDeps, due: DueNews): Promise<DueNews> {
  if (due.kind !== 'trouble') return due
  const named = new Set(urgentOf(due.news))
  const news = due.news.map((one) => (named.has(one) ? refresh(one, due.channel) : one))
  return {...due, news: await Promise.all(news)}
}

function tellFacts({now, policyOf, silences, isKnown, badAtOf}: DeliverDeps): Parameters<typeof decideNews>[1] {
  return {nowMs: now(), policyOf, silences: silences.read(), isKnown, badAtOf}
}

/** When to write or send next, wall clock, ms; undefined if there is nothing to do before further news. */
export function nextOf(deps: DeliverDeps): number | undefined {
  const state = deps.outbox.read()
  const facts = factsOf(deps)
  const {due, silenced, untold, repeated, nextMs} = decideNews(state, tellFacts(deps))
  // What has become due since the last look, or was left by a deliverer that was killed.
  const isDue = [due, silenced, untold, repeated].some(({length}) => length > 0)
  const times = [isDue ? facts.nowMs : nextMs, nextDelivery(state, deps.fallbackOf, facts)]
  const known = times.filter((at) => at !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}

/** @returns false if another deliverer has taken over */
async function attempt(deps: DeliverDeps, deliverer: Deliverer, item: QueuedMessage): Promise<boolean> {
  const {message, attempts, owedTo} = item
  const {id, channel, group} = message
  const write = (entry: Entry) => append(deps, deliverer, {...entry, message: id})
  // What is void under this token is about a message that was dropped by hand meanwhile.
  const wasDropped = () => deps.outbox.read().token === deliverer.token
  if (!deliverer.isHeld()) return false
  if (!write({kind: 'attempted', channel})) return wasDropped()
  const first = item.first ?? deps.outbox.read().groups.get(group)?.told.get(channel)?.receipt
  const outcome = await deps.send(withDelay(message, deps.now()), first, owedTo)
  if (outcome.ok) {
    const {receipt, owed} = outcome
    const missed = missedBy(receipt, owed?.reason)
    deps.log(`alerts: ${channel} has "${message.title}"${missed === undefined ? '' : `, but ${missed}`}`)
    return write({kind: 'sent', channel, receipt, ...(owed && stillOwed(deps, owed, attempts + 1))}) || wasDropped()
  }
  deps.log(`alerts: ${channel} has not "${message.title}": ${outcome.reason}`)
  // Only after an attempt: the machine may have slept for a day, or its clock was set forward.
  const isLast = isGivenUp(item, deps.now())
  const end = isLast ? {final: true, reason: `not delivered within a day; ${outcome.reason}`} : {}
  return write({kind: 'failed', channel, ...failure(deps, outcome, attempts + 1), ...end}) || wasDropped()
}

/** Shorter delays are not mentioned. */
const worthSayingMs = 60_000

/** What a message says of itself was true when it was written. */
function withDelay(message: Message, nowMs: number): Message {
  const lateMs = nowMs - message.atMs
  return lateMs < worthSayingMs ? message : {...message, lateMs: Math.max(message.lateMs, lateMs)}
}

function stillOwed({now, random}: DeliverDeps, {to, reason}: Owed, attempts: number): object {
  return {owedTo: to, reason, nextMs: now() + waitAfterMs(attempts, random())}
}

/** Another process may have the secret; this one looks again now and then. */
const deferredMs = 10 * 60_000

function failure(
  {now, random}: DeliverDeps,
  {reason, failure: kind, retryAfterMs}: Extract<SendOutcome, {readonly ok: false}>,
  attempts: number,
): object {
  if (kind === 'permanent') return {reason, final: true}
  if (kind === 'deferred') return {reason, nextMs: now() + deferredMs, deferred: true}
  const pauseMs = Math.min(retryAfterMs ?? 0, deadAfterMs)
  const nextMs = now() + Math.max(waitAfterMs(attempts, random()), pauseMs)
  return {reason, nextMs, ...(pauseMs > 0 && {heldUntilMs: now() + pauseMs})}
}
