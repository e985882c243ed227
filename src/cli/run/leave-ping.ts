import type {RunPing} from '../../system/channels/ping.js'
import {endsWithThisProcess, startGuardDetached} from '../../system/process/detach.js'
import type {Guard} from '../guard.js'
import {placeArgs} from '../settings/place-args.js'

/**
 * Has a monitor told of a run: by a process of its own, so that the run does not wait for a network; within this one
 * where that one would be ended with it.
 */
export async function leavePing(guard: Guard, channel: string, ping: RunPing): Promise<void> {
  if (endsWithThisProcess()) {
    const {tellMonitor} = await import('../wire/run/tell-monitor.js')
    await tellMonitor(guard, channel, ping, [])
    return
  }
  const exit = ping.event === 'end' ? ['--exit-code', `${ping.exitCode}`] : []
  startGuardDetached(['alerts', 'ping', channel, '--run', ping.runId, ...exit, ...placeArgs(guard)])
}
