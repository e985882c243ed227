import {existsSync} from 'node:fs'
import type {OutboxState} from '../../../domain/delivery/outbox.js'
import {headOfQueue} from '../../../domain/delivery/queue.js'
import {dueMessages, makesWay} from '../../../domain/delivery/write.js'
import {GuardError} from '../../../errors.js'
import {alertStream, deliveryStream, silenceStream} from '../../../journal/failure-streams.js'
import {callAfter} from '../../../system/host/clock.js'
import {endsWithThisProcess, startGuardDetached} from '../../../system/process/detach.js'
import {identifyProcess} from '../../../system/process/identity.js'
import {deliverAlerts, nextOf} from '../../../usecases/alert/deliver-alerts.js'
import {delivererRequest} from '../../../usecases/alert/deliverer-lease.js'
import {hasNewAlerts} from '../../../usecases/alert/new-alerts.js'
import {sayOnce} from '../../../usecases/alert/say-once.js'
import {type HoldDeps, holdLease} from '../../../usecases/lease/hold-lease.js'
import type {Guard} from '../../guard.js'
import {printWarning} from '../../output/stderr.js'
import {delivererArgs} from '../../settings/place-args.js'
import {watchdogsNow} from '../../watchdog/watching.js'
import {wireLease} from '../lease.js'
import {wireSayOnce} from '../say-once.js'
import {wireDelivery} from './delivery.js'
import {endFlapping, flappingJobs} from './own-round.js'
import {type SettingsFiles, settingsFiles} from './settings-files.js'

/** Sends what is due now, within the limit of a command. @returns whether another process sends */
export function deliverOnce(guard: Guard): Promise<boolean> {
  const signal = AbortSignal.timeout(guard.settings.alerting.inlineLimitMs)
  return deliver(guard, {signal, files: settingsFiles(guard), stays: false}, async () => false)
}

/** Looks for new alerts of other processes so often, ms; more often where `groupWait` is short. */
const [shortestPollMs, longestPollMs] = [250, 5000]

const lookAgainMs = 100

/**
 * Sends what is due now, or waits until the process that stays has done so; one that lacks a secret makes way. What is due
 * later has a process that stays, with what this process has.
 */
export async function deliverByHand(guard: Guard): Promise<void> {
  const endMs = guard.clock.mono() + guard.settings.alerting.inlineLimitMs
  const [alerts, outbox] = [guard.journal(alertStream), guard.journal(deliveryStream)]
  const isAllTried = () =>
    !hasNewAlerts(alerts.read(), outbox.read()) && dueMessages(outbox.read(), guard.clock.now()).length === 0
  for (;;) {
    if (!(await deliverOnce(guard))) {
      // Asked only now: where the limit has cut the sending short, that says nothing of what is left.
      if (!endsWithThisProcess() && (await nextDueMs(guard)) !== undefined) startGuardDetached(delivererArgs(guard))
      return
    }
    // The one that makes way looks for that as seldom as for news.
    const graceMs = makesWay(outbox.read()) ? longestPollMs : 0
    if (isAllTried() || guard.clock.mono() >= endMs + graceMs) return
    await guard.clock.sleep(lookAgainMs)
  }
}

/** A watchdog makes a round a minute: what is due before its next one is sent by a process that stays so long. */
const soonMs = 120_000

/** A channel that has failed for so long is said where cron mails it. */
const mutelyFailingMs = 3_600_000

/**
 * What a round of the watchdog does about alerts: if there is something to send, it leaves a process that does so, so
 * that no network holds the round; where that one would be ended with it, it sends itself.
 */
export async function deliverInRound(guard: Guard): Promise<void> {
  sayFailingChannels(guard, guard.journal(deliveryStream).read())
  if (endsWithThisProcess()) {
    await deliverOnce(guard)
    return
  }
  const nextMs = await nextDueMs(guard)
  if (nextMs !== undefined && nextMs - guard.clock.now() < soonMs) startGuardDetached(delivererArgs(guard))
}

/** When there is something to take, write or send, wall clock, ms; undefined if nothing is without further news. */
async function nextDueMs(guard: Guard): Promise<number | undefined> {
  if (hasNewAlerts(guard.journal(alertStream).read(), guard.journal(deliveryStream).read())) return 0
  const deps = wireDelivery(guard, settingsFiles(guard), AbortSignal.abort())
  await deps.readSettings([])
  return nextOf(deps)
}

function sayFailingChannels(guard: Guard, {channels}: OutboxState): void {
  const {clock} = guard
  const deps = wireSayOnce(guard)
  for (const [name, queue] of channels) {
    const {lastFailure} = queue
    const head = headOfQueue(queue)
    if (!head || !lastFailure || clock.now() - head.message.atMs < mutelyFailingMs) continue
    const message = `channel ${name} has failed for more than an hour: ${lastFailure.reason}`
    if (sayOnce(deps, {component: 'alerts', message, reason: `channel ${name}`})) printWarning(message)
  }
}

/** With nothing due for longer, it is left to the next run or round. */
const longestStayMs = 24 * 3_600_000

/**
 * Sends what is due, and stays until nothing is pending or due within a day, or a watchdog that sends makes its rounds. It
 * ends the incidents of jobs that flap, where no watchdog judges them.
 */
export async function deliverAndStay(guard: Guard, signal: AbortSignal): Promise<void> {
  const files = settingsFiles(guard)
  await deliver(guard, {signal, files, stays: true}, async (dueMs, isNews) => {
    const restMs = await restUntilNext(files, dueMs)
    if (restMs === undefined) return false
    return (await sleepUntilNews(files.own(), {restMs, isNews, signal})) && !signal.aborted
  })
}

/** @returns how long there is nothing to do, ms; undefined if the rest is left to the next run or round */
async function restUntilNext(files: SettingsFiles, dueMs: number | undefined): Promise<number | undefined> {
  const own = files.own()
  const {settings, clock} = own
  const isWatched = watchdogsNow(own).some(({sends, state}) => sends && state.is === 'on-time')
  const stayMs = isWatched ? soonMs : longestStayMs
  const dueInMs = (dueMs ?? Number.POSITIVE_INFINITY) - clock.now()
  const endInMs = (await endFlapping(files)) ?? Number.POSITIVE_INFINITY
  const nextMs = Math.min(dueInMs <= stayMs ? dueInMs : Number.POSITIVE_INFINITY, endInMs)
  if (nextMs > longestStayMs) return undefined
  // A job that flaps and is bad now cannot end sooner.
  return Math.min(nextMs, settings.watchdog.flapping.wellForMs)
}

interface Sleep {
  readonly restMs: number
  readonly isNews: () => boolean
  readonly signal: AbortSignal
}

/** @returns whether to go on */
async function sleepUntilNews(guard: Guard, {restMs, isNews, signal}: Sleep): Promise<boolean> {
  const {clock, settings} = guard
  const begunMs = clock.now()
  const nextMs = begunMs + restMs
  const pollMs = Math.min(Math.max(shortestPollMs, settings.alerting.groupWaitMs / 6), longestPollMs)
  for (let left = restMs; left > 0 && !signal.aborted; left = nextMs - clock.now()) {
    await clock.sleep(Math.min(left, pollMs), signal)
    // If the state directory was removed, there is nothing left to send.
    if (!existsSync(guard.stateDir)) return false
    if (makesWay(guard.journal(deliveryStream).read())) return false
    // After the clock was set back, the time until then is not known.
    if (isNews() || clock.now() < begunMs) break
  }
  return true
}

/** Whether another process has raised an alert, changed a silence, had a message tried again, or found that a job flaps. */
function newsSince(guard: Guard): () => boolean {
  const [alerts, outbox] = [guard.journal(alertStream), guard.journal(deliveryStream)]
  const silences = guard.journal(silenceStream)
  const awaited = () => [...silences.read().keys(), ...flappingJobs(guard)].join(' ')
  const before = awaited()
  return () =>
    hasNewAlerts(alerts.read(), outbox.read()) ||
    awaited() !== before ||
    dueMessages(outbox.read(), guard.clock.now()).length > 0
}

interface Delivery {
  readonly signal: AbortSignal
  readonly files: SettingsFiles
  readonly stays: boolean
}

/**
 * @param goOn asked when nothing is due; waits, and says whether to go on
 * @returns whether another process delivers
 */
async function deliver(
  guard: Guard,
  {signal, files, stays}: Delivery,
  goOn: (nextMs: number | undefined, isNews: () => boolean) => Promise<boolean>,
): Promise<boolean> {
  const deps = wireDelivery(guard, files, signal)
  let isHeld = true
  const hold: HoldDeps = {
    ...wireLease(guard),
    callAfter,
    onLost: () => {
      isHeld = false
    },
  }
  const process = identifyProcess(globalThis.process.pid)
  const holder = `${hold.here.host}:${globalThis.process.pid}`
  const request = delivererRequest(guard.leases(), {holder, process, stays, signal})
  const round = (token: number) => deliverAlerts(deps, {token, isHeld: () => isHeld && !signal.aborted})
  let isNews = () => false
  const hasMore = () =>
    hasNewAlerts(deps.alerts.read(), deps.outbox.read()) || (stays && !makesWay(deps.outbox.read()) && isNews())
  try {
    do {
      await holdLease(hold, request, async ({token}) => {
        for (let isOver = false; !isOver; ) {
          const {isFenced, nextMs} = await round(token)
          isNews = newsSince(guard)
          isOver = isFenced || !(await goOn(nextMs, isNews))
        }
      })
      // A process that found the lease held has ended; what it had raised is seen here.
    } while (isHeld && !signal.aborted && hasMore())
    return false
  } catch (error) {
    // Another process delivers, and sees what this one has raised.
    if (!(error instanceof GuardError && error.kind === 'busy')) throw error
    return true
  }
}
