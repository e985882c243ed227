import type {SendOutcome} from '../../../domain/delivery/message.js'
import {closestNames} from '../../../domain/settings/suggest.js'
import {GuardError} from '../../../errors.js'
import {sendRunPing} from '../../../system/channels/open-channel.js'
import type {RunPing} from '../../../system/channels/ping.js'
import type {Guard} from '../../guard.js'

/** A ping is of use only while its run is news. Milliseconds. */
export const pingPausesMs = [5_000, 30_000]

/** Tells a monitor of a run, and tries again after these pauses. Throws GuardError `usage` for an unknown channel. */
export async function tellMonitor(
  guard: Guard,
  name: string,
  ping: RunPing,
  pausesMs: readonly number[],
): Promise<SendOutcome> {
  const {channels, alerting} = guard.settings
  const settings = Object.hasOwn(channels, name) ? channels[name] : undefined
  if (settings?.type !== 'ping') {
    const near = closestNames(name, Object.keys(channels)).map((one) => `did you mean ${one}?`)
    throw new GuardError('usage', `the settings have no channel ${name} of type ping`, near)
  }
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const limitMs = pausesMs.length === 0 ? Math.min(settings.timeoutMs, alerting.inlineLimitMs) : settings.timeoutMs
  const send = () => sendRunPing(name, settings, ping, {timezone, signal: AbortSignal.timeout(limitMs)})
  let outcome = await send()
  for (const pauseMs of pausesMs) {
    if (outcome.ok || outcome.failure === 'permanent') break
    await guard.clock.sleep(pauseMs)
    outcome = await send()
  }
  if (!outcome.ok) guard.log(`ping: ${name} was not told of run ${ping.runId}: ${outcome.reason}`)
  return outcome
}
