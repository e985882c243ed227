import type {Alert} from '../../domain/alert/alert.js'
import type {SchedulerFacts} from '../../domain/health/scheduler.js'
import type {SchedulerDaemon, SchedulerState} from '../../domain/scheduler/scheduler.js'
import type {Journal} from '../../journal/journal.js'
import type {Clock} from '../../system/host/clock.js'

interface HealDeps {
  readonly clock: Pick<Clock, 'now'>
  readonly scheduler: Pick<Journal<SchedulerState>, 'read' | 'append'>
  readonly look: () => Promise<SchedulerFacts>
  /** Ends one that hangs. */
  readonly end: () => Promise<unknown>
  /** Throws what keeps it from starting. */
  readonly start: () => Promise<unknown>
  /** Why this process cannot start one that outlives it. @returns undefined if it can */
  readonly cannotStart: () => string | undefined
  readonly raiseAlert: (alert: Alert) => unknown
}

/** So often at most it is started again: one that dies again and again needs a person. */
const budget = {starts: 3, perMs: 3_600_000}
/** A service manager has started it again by then; a heartbeat is up to a minute older than the death. Milliseconds. */
const managerPatienceMs = 120_000

type Found = Pick<SchedulerFacts, 'is' | 'text'> & {readonly daemon: SchedulerDaemon | undefined}

/**
 * Starts a scheduler again that has died or hangs; one that was stopped stays stopped. One in the foreground belongs to
 * what has started it, such as systemd: of two that start it again, one would fail.
 *
 * @returns what a person should know; undefined if nothing is wrong
 */
export async function healScheduler(deps: HealDeps): Promise<string | undefined> {
  const {is, text} = await deps.look()
  if (is !== 'dead' && is !== 'late') return undefined
  const {daemon} = deps.scheduler.read()
  const found = {is, text, daemon}
  return daemon?.isForeground ? leaveToItsManager(deps, found) : startAgain(deps, found)
}

async function startAgain(deps: HealDeps, found: Found): Promise<string> {
  const {heals = []} = deps.scheduler.read()
  const now = deps.clock.now()
  const recent = heals.filter((at) => at <= now && now - at < budget.perMs).length
  const refusal = recent >= budget.starts ? `it was started again ${recent} times within an hour` : deps.cannotStart()
  const failure = refusal ?? (await tried(deps, found))
  if (failure === undefined) return tell(deps, found, {level: 'WARNING', what: 'it was started again'})
  return tell(deps, found, {level: 'CRITICAL', what: `it is not started again: ${failure}`, reason: failure})
}

async function tried({scheduler, end, start}: HealDeps, {is, text}: Found): Promise<string | undefined> {
  // On record before it is tried, so that a round that is killed meanwhile has used up its try.
  scheduler.append({kind: 'healed', by: 'watchdog', found: text}, 'durable')
  try {
    // What runs by now in the place of a dead one has been started since, as at the boot of the machine.
    if (is === 'late') await end()
    await start()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

async function leaveToItsManager(deps: HealDeps, found: Found): Promise<string | undefined> {
  const {is, daemon} = found
  if (is === 'late') {
    await deps.end()
    return tell(deps, found, {level: 'WARNING', what: 'it was ended, so that its service manager starts it again'})
  }
  const seenAt = daemon?.heartbeatAt ?? daemon?.startedAt ?? 0
  if (Math.abs(deps.clock.now() - seenAt) < managerPatienceMs) return undefined
  const what = 'what runs it in the foreground, such as systemd, has not started it again'
  return tell(deps, found, {level: 'CRITICAL', what, reason: what})
}

interface Telling {
  readonly level: 'WARNING' | 'CRITICAL'
  readonly what: string
  /** Why it stays dead. */
  readonly reason?: string
}

function tell(deps: HealDeps, {is, text, daemon}: Found, {level, what, reason}: Telling): string {
  const message = `${text}; ${what}`
  deps.raiseAlert({
    level,
    component: 'scheduler',
    message,
    details: {state: is, ...(reason !== undefined && {reason})},
    // One that stays dead is told once, each start that helped for itself.
    key: `scheduler-${reason === undefined ? `healed:${deps.clock.now()}` : 'dead'}:${daemon?.id}`,
  })
  return message
}
