import type {CheckJson} from '../json.js'
import {askFor} from '../state/dialog.js'
import {canChange, health, isUnlocked, session} from '../state/machine.js'
import {StateSign} from './sign.js'

const signOf = {healthy: 'healthy', degraded: 'degraded', unhealthy: 'failing'} as const
const rank = {unhealthy: 0, degraded: 1, healthy: 2}

/** What `guard health` says, what is wrong first. */
export function MachinePanel() {
  const checks = (health.value?.checks ?? [])
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

/** A scheduler that is late runs, and is stopped before it is started again. */
const stoppable: readonly unknown[] = ['running', 'late']

function SchedulerButton() {
  if (!canChange.value || !session.value?.schedulerAvailable || !health.value) return null
  // Health says nothing of a scheduler that was never started.
  const known = health.value.checks.find(({check}) => check === 'scheduler')
  const verb = stoppable.includes(known?.facts.is) ? 'stop' : 'start'
  return (
    <div class="buttons">
      <button type="button" disabled={!isUnlocked.value} onClick={() => askFor({ask: 'scheduler', verb})}>
        {verb === 'start' ? 'Start scheduler…' : 'Stop scheduler…'}
      </button>
    </div>
  )
}
