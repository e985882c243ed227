import type {Incidents} from '../incident/incident.js'
import {ownWatchdog, type SeenWatchdog} from '../watchdog/watchdogs.js'
import {isAwaited} from '../watchdog/who-judges.js'
import type {Check} from './check.js'

/**
 * The watchdog of these settings counts, or any where they have none. Another one counts if it is late, has not been given
 * up, and leaves jobs that no other watchdog watches.
 */
export function judgeWatchdog(seen: readonly SeenWatchdog[], settingsFile: string, incidents: Incidents): Check {
  const own = ownWatchdog(seen, settingsFile)
  if (!own) return {check: 'watchdog', verdict: 'healthy', reason: 'never used here', facts: {is: 'never-used'}}
  const others = seen.filter((one) => one !== own)
  const missed = others.filter((one) => isMissed(one, seen, incidents))
  const isLate = own.state.is === 'late' || missed.length > 0
  return {
    check: 'watchdog',
    verdict: isLate ? 'degraded' : 'healthy',
    reason:
      others.length === 0 ? told(own) : [own, ...missed].map((one) => `${told(one)}, by ${namesOf(one)}`).join('; '),
    facts: {...own.state, ...(others.length > 0 && {settingsFile: own.settingsFile, others: others.map(othersFacts)})},
  }
}

function isMissed(one: SeenWatchdog, seen: readonly SeenWatchdog[], {jobs}: Incidents): boolean {
  if (!isAwaited(one)) return false
  const onTime = new Set(seen.filter(({state}) => state.is === 'on-time').map(({settingsFile}) => settingsFile))
  const isLeftAlone = (files: readonly string[]) =>
    files.some((file) => file === one.settingsFile) && !files.some((file) => onTime.has(file))
  return [...jobs.values()].some(({watches = []}) => isLeftAlone(watches.map(({settingsFile}) => settingsFile)))
}

function told({state}: SeenWatchdog): string {
  return state.is === 'late' ? `late: ${state.reason}` : state.reason
}

function namesOf({settingsFile}: SeenWatchdog): string {
  return settingsFile || 'no settings'
}

function othersFacts({settingsFile, state: {is, ageMs}}: SeenWatchdog): object {
  return {settingsFile, is, ageMs}
}
