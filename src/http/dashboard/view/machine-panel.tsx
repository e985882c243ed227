import type {CheckJson, SchedulerJson} from '../json.js'
import {agoText, sinceText} from '../state/clock.js'
import {askFor} from '../state/dialog.js'
import {canChange, health, isUnlocked, scheduler, session} from '../state/machine.js'
import {StateSign} from './sign.js'

const signOf = {healthy: 'healthy', degraded: 'degraded', unhealthy: 'failing'} as const
const rank = {unhealthy: 0, degraded: 1, healthy: 2}

/** What `guard health` says, what is wrong first. */
export function MachinePanel() {
  const checks = [...schedulerCheck(), ...(health.value?.checks ?? [])]
    // They have a place of their own.
    .filter(({check}) => check !== 'incidents')
    .sort((one, other) => rank[one.verdict] - rank[other.verdict])
  return (
    <section class="panel side-machine" aria-labelledby="machine">
      <h2 id="machine">
        Machine <span class="count">{session.value?.host ?? ''}</span>
      </h2>
      <ul class="plain-list checks">
        {checks.map((check) => (
          <Check key={check.check} check={check} />
        ))}
      </ul>
      <SchedulerButton />
    </section>
  )
}

function Check({check: {check, verdict, reason}}: {readonly check: CheckJson}) {
  return (
    <li>
      <StateSign state={signOf[verdict]} />
      <span class="name">
        {check.charAt(0).toUpperCase() + check.slice(1).replaceAll('-', ' ')}
        <span class="hidden">{`, ${verdict}`}</span>
      </span>
      <span class="sub">{reason}</span>
    </li>
  )
}

function schedulerCheck(): readonly CheckJson[] {
  const daemon = scheduler.value
  if (!daemon) return []
  const {state, isLate} = daemon
  const isWell = state === 'running' ? !isLate : state === 'stopped'
  const verdict = isWell ? 'healthy' : state === 'dead' ? 'unhealthy' : 'degraded'
  return [{check: 'scheduler', verdict, reason: schedulerText(daemon)}]
}

function schedulerText({state, since, heartbeat, stopped}: SchedulerJson): string {
  if (state === 'stopped') return stopped ? `stopped ${agoText(stopped.at)}: ${stopped.reason}` : 'does not run'
  const up = since === undefined || state !== 'running' ? state : `up ${sinceText(since)}`
  return heartbeat === undefined ? up : `${up}, heartbeat ${agoText(heartbeat)}`
}

function SchedulerButton() {
  if (!canChange.value || !scheduler.value) return null
  const verb = scheduler.value.state === 'running' ? 'stop' : 'start'
  return (
    <div class="buttons">
      <button type="button" disabled={!isUnlocked.value} onClick={() => askFor({ask: 'scheduler', verb})}>
        {verb === 'start' ? 'Start scheduler…' : 'Stop scheduler…'}
      </button>
    </div>
  )
}
