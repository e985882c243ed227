import {existsSync} from 'node:fs'
import type {JobNews} from '../../domain/delivery/message.js'
import type {OutboxState} from '../../domain/delivery/outbox.js'
import {isQuiet, type QuietHours} from '../../domain/delivery/quiet-hours.js'
import {dueMessages} from '../../domain/delivery/write.js'
import {redactLines} from '../../domain/failure/redact.js'
import type {QuietHoursSettings} from '../../domain/settings/alerting.js'
import {heartbeatState, watchdogLease} from '../../domain/watchdog/daemon-heartbeat.js'
import {GuardError} from '../../errors.js'
import {alertStream, deliveryStream, silenceStream} from '../../journal/failure-streams.js'
import {openChannel} from '../../system/channels/open-channel.js'
import {callAfter} from '../../system/host/clock.js'
import {readBootRef} from '../../system/host/host.js'
import {localTime} from '../../system/host/local-time.js'
import type {Stretch} from '../../system/log/files.js'
import {endsWithThisProcess, startGuardDetached} from '../../system/process/detach.js'
import {identifyProcess} from '../../system/process/identity.js'
import {type DeliverDeps, deliverAlerts, nextOf} from '../../usecases/alert/deliver-alerts.js'
import {jobDetails} from '../../usecases/alert/job-details.js'
import {hasNewAlerts} from '../../usecases/alert/new-alerts.js'
import {sayOnce} from '../../usecases/alert/say-once.js'
import {type HoldDeps, holdLease} from '../../usecases/lease/hold-lease.js'
import type {Guard} from '../guard.js'
import {delivererArgs} from '../place-args.js'
import {printWarning} from '../stderr.js'
import {wireLease} from './lease.js'
import {maskedEnd} from './log-end.js'
import {logDeps, logSecrets} from './logs.js'
import {endFlapping} from './own-round.js'
import {maskedAlerts, settingsMask} from './settings-mask.js'

/** The lease of the process that sends; one at a time sends. */
const delivererLease = 'guard-deliverer'

/** Renewed every third of it; a deliverer that was killed is replaced at once, since its process is gone. */
const ttlMs = 60_000

/** Wires the delivery of alerts; `signal` ends what is being sent. Where a process cannot stay, nothing waits for a group. */
function wireDelivery(guard: Guard, signal: AbortSignal): DeliverDeps {
  const {settings, clock} = guard
  const {alerting, channels} = settings
  const mask = settingsMask(guard)
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone
  return {
    alerts: maskedAlerts(guard.journal(alertStream), mask),
    outbox: guard.journal(deliveryStream),
    silences: guard.journal(silenceStream),
    routes: alerting.routes,
    policy: endsWithThisProcess()
      ? {...alerting, groupWaitMs: 0, recoveryWaitMs: 0}
      : {...alerting, recoveryWaitMs: settings.watchdog.escalateAfterMs},
    enrich: async (job, runId) => {
      const secrets = logSecrets(guard, job)
      const readEnd = (stretch: Stretch, bytes: number) => maskedEnd(stretch, bytes, secrets)
      return redactedDetails(jobDetails({...logDeps(guard), readEnd}, job, runId))
    },
    now: clock.now,
    host: readBootRef().host,
    newId: guard.newId,
    random: Math.random,
    isQuiet: () => alerting.quietHours.some((hours) => isQuietNow(hours, clock.now())),
    isKnown: (name) => Object.hasOwn(channels, name),
    fallbackOf: (name) => channels[name]?.fallback,
    send: async (message, first) => {
      const channel = channels[message.channel]
      if (!channel) return {ok: false, failure: 'deferred', reason: 'the settings have no channel of this name now'}
      const outcome = await openChannel(message.channel, channel, {timezone}).send(message, {signal, first})
      // A channel knows its own secrets, and a program that it starts may know others.
      return outcome.ok ? outcome : {...outcome, reason: mask(outcome.reason)}
    },
    log: guard.log,
  }
}

function redactedDetails({lastLines, ...details}: Partial<JobNews>): Partial<JobNews> {
  return {...details, ...(lastLines && {lastLines: redactLines(lastLines)})}
}

function isQuietNow(settings: QuietHoursSettings, nowMs: number): boolean {
  const hours = quietHoursOf(settings)
  return isQuiet(hours, localTime(nowMs, hours.timezone))
}

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

function quietHoursOf({from, to, days = [], timezone}: QuietHoursSettings): QuietHours {
  const minuteOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
  return {
    fromMinute: minuteOf(from),
    toMinute: minuteOf(to),
    days: days.map((day) => weekdays.indexOf(day)),
    timezone,
  }
}

/**
 * Sends what is due now, within the limit of a command.
 *
 * @returns when something is due next (wall clock, ms); undefined if nothing is, or if another process sends
 */
export async function deliverOnce(guard: Guard): Promise<number | undefined> {
  let next: number | undefined
  await deliver(guard, AbortSignal.timeout(guard.settings.alerting.inlineLimitMs), async (nextMs) => {
    next = nextMs
    return false
  })
  return next
}

/** A watchdog makes a round a minute: what is due before its next one is sent by a process that stays so long. */
const soonMs = 120_000

/** A channel that has failed for so long is said where cron mails it. */
const mutelyFailingMs = 3_600_000

/**
 * What a round of the watchdog does about alerts: where something is to be sent it leaves a process that does it, so that
 * no network holds the round; where that one would be ended with it, it sends itself.
 */
export async function deliverInRound(guard: Guard): Promise<void> {
  const [alerts, outbox] = [guard.journal(alertStream).read(), guard.journal(deliveryStream).read()]
  sayFailingChannels(guard, outbox)
  if (endsWithThisProcess()) {
    await deliverOnce(guard)
    return
  }
  const nextMs = hasNewAlerts(alerts, outbox) ? 0 : nextOf(wireDelivery(guard, AbortSignal.abort()))
  if (nextMs !== undefined && nextMs - guard.clock.now() < soonMs) startGuardDetached(delivererArgs(guard))
}

function sayFailingChannels({clock, log, settings, journal}: Guard, {channels}: OutboxState): void {
  const deps = {clock, log, alerts: journal(alertStream), repeatMs: settings.alerting.repeatMs[0] ?? 0}
  for (const [name, {waiting, lastFailure}] of channels) {
    const [head] = waiting
    if (!head || !lastFailure || clock.now() - head.message.atMs < mutelyFailingMs) continue
    const message = `channel ${name} has failed for more than an hour: ${lastFailure.reason}`
    if (sayOnce(deps, {component: 'alerts', message, reason: `channel ${name}`})) printWarning(message)
  }
}

/** Looks for new alerts of other processes so often, ms; more often where `groupWait` is short. */
const [shortestPollMs, longestPollMs] = [250, 5000]

/** With nothing due for longer, it is left to the next run or round. */
const longestStayMs = 24 * 3_600_000

/**
 * Sends what is due, and stays until nothing is pending or due within a day, or a watchdog makes its rounds. Without one
 * it ends the incidents of jobs that flap.
 */
export async function deliverAndStay(guard: Guard, signal: AbortSignal): Promise<void> {
  const {clock, settings} = guard
  await deliver(guard, signal, async (dueMs) => {
    const isWatchedNow = isWatched(guard)
    const endInMs = isWatchedNow ? undefined : await endFlapping(guard)
    const awaited = [...(dueMs === undefined ? [] : [dueMs]), ...(endInMs === undefined ? [] : [clock.now() + endInMs])]
    const stayMs = Math.min(...awaited) - clock.now()
    if (stayMs > (isWatchedNow ? soonMs : longestStayMs)) return false
    // A job that flaps and is bad now cannot end sooner.
    const nextMs = clock.now() + Math.min(stayMs, settings.watchdog.flapping.wellForMs)
    const isNews = newsSince(guard)
    const begunMs = clock.now()
    const pollMs = Math.min(Math.max(shortestPollMs, settings.alerting.groupWaitMs / 6), longestPollMs)
    for (let left = nextMs - clock.now(); left > 0 && !signal.aborted; left = nextMs - clock.now()) {
      await clock.sleep(Math.min(left, pollMs), signal)
      // Of a state directory that was removed there is nothing left to send.
      if (!existsSync(guard.stateDir)) return false
      // Of a clock that was set back the time until then is not known.
      if (isNews() || clock.now() < begunMs) break
    }
    return !signal.aborted && settings.alerting.routes.length > 0
  })
}

/** Whether another process has raised an alert, changed a silence, or had a message tried again. */
function newsSince(guard: Guard): () => boolean {
  const [alerts, outbox] = [guard.journal(alertStream), guard.journal(deliveryStream)]
  const silences = guard.journal(silenceStream)
  const idsOf = () => [...silences.read().keys()].join(' ')
  const before = idsOf()
  return () =>
    hasNewAlerts(alerts.read(), outbox.read()) ||
    idsOf() !== before ||
    dueMessages(outbox.read(), guard.clock.now()).length > 0
}

function isWatched(guard: Guard): boolean {
  const {clock, settings} = guard
  const now = {at: clock.now(), mono: clock.mono(), ...readBootRef()}
  const lease = guard.leases().read().byJob.get(watchdogLease)
  return heartbeatState(lease, now, settings.watchdog.lateAfterMs).is === 'on-time'
}

/** @param goOn asked when nothing is due; waits, and says whether to go on */
async function deliver(
  guard: Guard,
  signal: AbortSignal,
  goOn: (nextMs: number | undefined) => Promise<boolean>,
): Promise<void> {
  const deps = wireDelivery(guard, signal)
  let isHeld = true
  const {hold, request} = leaseOf(guard, () => {
    isHeld = false
  })
  const round = (token: number) => deliverAlerts(deps, {token, isHeld: () => isHeld && !signal.aborted})
  try {
    do {
      await holdLease(hold, request, async ({token}) => {
        for (let isOver = false; !isOver; ) {
          const {isFenced, nextMs} = await round(token)
          isOver = isFenced || !(await goOn(nextMs))
        }
      })
      // Who found the lease held has left; what it had raised is seen here.
    } while (isHeld && !signal.aborted && hasNewAlerts(deps.alerts.read(), deps.outbox.read()))
  } catch (error) {
    // Another process delivers, and sees what this one has raised.
    if (!(error instanceof GuardError && error.kind === 'busy')) throw error
  }
}

function leaseOf(guard: Guard, onLost: () => void) {
  const hold: HoldDeps = {...wireLease(guard), callAfter, onLost}
  const holder = `${hold.here.host}:${process.pid}`
  return {hold, request: {job: delivererLease, holder, ttlMs, process: identifyProcess(process.pid), waitMs: 0}}
}
