import type {Alert} from '../../domain/alert/alert.js'
import type {SchedulerFacts} from '../../domain/health/scheduler.js'
import type {SchedulerState} from '../../domain/scheduler/scheduler.js'
import type {Journal} from '../../journal/journal.js'
import type {Clock} from '../../system/host/clock.js'

export interface HealDeps {
  readonly clock: Pick<Clock, 'now'>
  readonly scheduler: Pick<Journal<SchedulerState>, 'read' | 'append'>
  readonly look: () => Promise<SchedulerFacts>
  /** Ends what is left of it, and starts it. Throws what keeps it from starting. */
  readonly restart: () => Promise<void>
  /** Why this process cannot start one that outlives it. @returns undefined if it can */
  readonly cannotStart: () => string | undefined
  readonly raiseAlert: (alert: Alert) => unknown
}

/** So often at most it is started again: one that dies again and again needs a person. */
const budget = {starts: 3, perMs: 3_600_000}

/**
 * Starts a scheduler again that has died or hangs; one that was stopped stays stopped.
 *
 * @returns what a person should know; undefined if nothing is wrong
 */
export async function healScheduler(deps: HealDeps): Promise<string | undefined> {
  const {is, text} = await deps.look()
  if (is !== 'dead' && is !== 'late') return undefined
  const {heals = [], daemon} = deps.scheduler.read()
  const now = deps.clock.now()
  const recent = heals.filter((at) => at <= now && now - at < budget.perMs).length
  const refusal = recent >= budget.starts ? `it was started again ${recent} times within an hour` : deps.cannotStart()
  const failure = refusal ?? (await tried(deps, text))
  const told = failure === undefined ? `${text}; it was started again` : `${text}; it is not started again: ${failure}`
  deps.raiseAlert({
    level: failure === undefined ? 'WARNING' : 'CRITICAL',
    component: 'scheduler',
    message: told,
    details: {state: is, ...(failure !== undefined && {reason: failure})},
    // One that cannot be started is told once, each start that helped for itself.
    key: `scheduler-${failure === undefined ? `healed:${now}` : 'dead'}:${daemon?.id}`,
  })
  return told
}

async function tried({scheduler, restart}: HealDeps, found: string): Promise<string | undefined> {
  // On record before it is tried, so that a round that is killed meanwhile has used up its try.
  scheduler.append({kind: 'healed', by: 'watchdog', found}, 'durable')
  try {
    await restart()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
