import {fleetStream} from '../../../journal/failure-streams.js'
import {inspectStore} from '../../../system/fleet/inspect-store.js'
import type {CheckStoreDeps} from '../../../usecases/fleet/check-store.js'
import {leaveDelivererOfNews} from '../../alerts/leave-deliverer.js'
import type {Guard} from '../../guard.js'
import {printWarning} from '../../output/stderr.js'
import {fleetSettings, readFleetUrl, tellOf} from './fleet.js'

/** Wires `guard fleet check`. Throws GuardError `config` if there is no store in the settings, or no address. */
export function wireFleetCheck(guard: Guard): CheckStoreDeps {
  const {timeoutMs} = fleetSettings(guard)
  const url = readFleetUrl(guard)
  const answers = {
    known: guard.journal(fleetStream),
    tell: tellOf(guard, () => leaveDelivererOfNews(guard)),
    warn: printWarning,
  }
  return {inspectStore: () => inspectStore({url, timeoutMs, now: guard.clock.now}), answers}
}
