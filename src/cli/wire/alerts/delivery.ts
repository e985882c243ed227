import {channelPlaceOf} from '../../../domain/delivery/channel-place.js'
import {isQuiet, type QuietHours, quietMinutes} from '../../../domain/delivery/quiet-hours.js'
import {redactLines} from '../../../domain/failure/redact.js'
import {weekdays} from '../../../domain/schedule/cron-expression.js'
import type {ChannelSettings, QuietHoursSettings} from '../../../domain/settings/alerting.js'
import {alertStream, deliveryStream, incidentStream, silenceStream} from '../../../journal/failure-streams.js'
import {openChannel} from '../../../system/channels/open-channel.js'
import {readBootRef} from '../../../system/host/host.js'
import {localTime} from '../../../system/host/local-time.js'
import type {Stretch} from '../../../system/log/files.js'
import {endsWithThisProcess} from '../../../system/process/detach.js'
import type {DeliverDeps} from '../../../usecases/alert/deliver-alerts.js'
import {jobDetails} from '../../../usecases/alert/job-details.js'
import type {Guard} from '../../guard.js'
import {maskedEnd} from '../diagnose/log-end.js'
import {logDeps, logSecrets} from '../diagnose/logs.js'
import {maskedAlerts} from '../settings-mask.js'
import {newsNow} from './own-round.js'
import type {SettingsFiles} from './settings-files.js'

/** Wires the delivery of alerts; `signal` ends what is being sent. Where a process cannot stay, nothing waits for a group. */
export function wireDelivery(guard: Guard, files: SettingsFiles, signal: AbortSignal): DeliverDeps {
  const {clock} = guard
  const outbox = guard.journal(deliveryStream)
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const placeOf = (channel: string) => channelPlaceOf(outbox.read().channelFiles, channel)
  const settingsOf = (channel: string) => (files.of(placeOf(channel).settingsFile) ?? files.own()).settings
  const channelOf = (channel: string) => channelIn(files, placeOf(channel))
  return {
    alerts: maskedAlerts(guard.journal(alertStream), files.mask),
    outbox,
    silences: guard.journal(silenceStream),
    readSettings: (more) => files.read([...new Set([...outbox.read().channelFiles.values(), ...more])]),
    routesOf: (file) => {
      const {alerting, file: settingsFile} = (files.of(file) ?? files.own()).settings
      return {routes: alerting.routes, settingsFile}
    },
    hasChannel: (place) => channelIn(files, place) !== undefined,
    settingsFileOf: (channel) => placeOf(channel).settingsFile ?? guard.settings.file,
    policyOf: (channel) => policyOf(settingsOf(channel)),
    enrich: async (job, runId, file) => detailsOf(files.of(file) ?? files.own(), job, runId),
    refresh: async (news, channel) => {
      const own = files.of(placeOf(channel).settingsFile) ?? files.own()
      const now = await newsNow(own, news.job)
      if (!now) return news
      const isOther = now.runId !== news.runId
      return {...news, ...now, ...(isOther && (await detailsOf(own, news.job, now.runId)))}
    },
    now: clock.now,
    host: readBootRef().host,
    newId: guard.newId,
    random: Math.random,
    quietUntilMs: (channel) => quietUntilMs(settingsOf(channel).alerting.quietHours, clock.now()),
    isKnown: (channel) => channelOf(channel) !== undefined,
    badAtOf: (job) => badAtOf(guard, job),
    fallbackOf: (channel) => channelOf(channel)?.fallback,
    send: async (message, first, owedTo) => {
      const {name} = placeOf(message.channel)
      const channel = channelOf(message.channel)
      if (!channel) return {ok: false, failure: 'deferred', reason: whyUnknown(files, placeOf(message.channel))}
      const context = {signal, first, owedTo}
      const outcome = await openChannel(name, channel, {timezone}).send({...message, channel: name}, context)
      // A channel knows its own secrets, and a program that it starts may know others.
      return outcome.ok ? outcome : {...outcome, reason: files.mask(outcome.reason)}
    },
    log: guard.log,
  }
}

function badAtOf(guard: Guard, job: string): number | undefined {
  if (guard.journal(incidentStream).read().open.has(job)) return guard.clock.now()
  const end = guard.runs().read().get(job)?.lastEnd
  return end && end.outcome !== 'healthy' ? end.at : undefined
}

type Place = ReturnType<typeof channelPlaceOf>

function channelIn(files: SettingsFiles, {name, settingsFile}: Place): ChannelSettings | undefined {
  if (settingsFile !== undefined && settingsFile !== files.own().settings.file && files.isGone(settingsFile))
    return undefined
  const channels = files.of(settingsFile)?.settings.channels ?? {}
  return Object.hasOwn(channels, name) ? channels[name] : undefined
}

function whyUnknown(files: SettingsFiles, {settingsFile}: Place): string {
  if (files.of(settingsFile) && !(settingsFile !== undefined && files.isGone(settingsFile)))
    return 'the settings have no channel of this name now'
  return `the settings of this channel cannot be read: ${settingsFile}`
}

function policyOf({alerting, watchdog}: Guard['settings']): ReturnType<DeliverDeps['policyOf']> {
  return endsWithThisProcess()
    ? {...alerting, groupWaitMs: 0, recoveryWaitMs: 0}
    : {...alerting, recoveryWaitMs: watchdog.escalateAfterMs}
}

async function detailsOf(guard: Guard, job: string, runId: string | undefined): Promise<ReturnType<typeof jobDetails>> {
  const secrets = logSecrets(guard, job)
  const readEnd = (stretch: Stretch, bytes: number) => maskedEnd(stretch, bytes, secrets)
  const {tried, lastLines} = jobDetails({...logDeps(guard), readEnd}, job, runId)
  return {tried, lastLines: lastLines && redactLines(lastLines)}
}

const minuteMs = 60_000

/** @returns undefined if no quiet hours are in force */
function quietUntilMs(all: readonly QuietHoursSettings[], nowMs: number): number | undefined {
  const minutes = all.map(quietHoursOf).flatMap((hours) => {
    const time = localTime(nowMs, hours.timezone)
    return isQuiet(hours, time) ? quietMinutes(hours, time) : []
  })
  return minutes.length === 0 ? undefined : nowMs - (nowMs % minuteMs) + Math.max(...minutes) * minuteMs
}

const dayNames: readonly string[] = weekdays

function quietHoursOf({from, to, days = [], timezone}: QuietHoursSettings): QuietHours {
  const minuteOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))
  return {
    fromMinute: minuteOf(from),
    toMinute: minuteOf(to),
    days: days.map((day) => dayNames.indexOf(day)),
    timezone,
  }
}
