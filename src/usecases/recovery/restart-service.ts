import {formatDuration} from '../../domain/clock/duration.js'
import type {Clock} from '../../system/host/clock.js'
import type {ExecResult} from '../../system/services/exec-step.js'
import type {Service, ServiceState} from '../../system/services/service.js'

interface RestartDeps {
  readonly clock: Clock
  readonly service: Service
  /** guard was asked to end: nothing is waited for. */
  readonly signal: AbortSignal
}

/** How long to wait for the service after its restart. Milliseconds. */
interface RestartLimits {
  readonly upWithinMs: number
  readonly stayUpMs: number
}

const pollMs = 500

/** Restarts a service, waits until it is up, and checks that it stays up. The manager's answer alone proves nothing. */
export async function restartService(deps: RestartDeps, limits: RestartLimits): Promise<ExecResult> {
  const before = await deps.service.isUp()
  const answer = await deps.service.restart()
  if (!answer.ok) return {ok: false, evidence: answer.reason, ...(answer.notStarted && {notStarted: true})}
  const deadline = deps.clock.mono() + limits.upWithinMs
  let last = await deps.service.isUp()
  for (;;) {
    const up = await waitUntilUp(deps, {last, before, deadline})
    if (up.state === 'uncheckable') return {ok: true, evidence: withDetail(answer.detail, up.detail)}
    if (deps.signal.aborted) return {ok: false, evidence: `guard was asked to end while it waited: ${up.detail}`}
    if (!isUpAgain(up, before)) return {ok: false, evidence: whyNotUp(up, before, limits)}
    last = await watchUp(deps, up, limits.stayUpMs)
    if (deps.signal.aborted) return {ok: false, evidence: `guard was asked to end while it watched: ${last.detail}`}
    if (isSameIncarnation(last, up)) return {ok: true, evidence: last.detail}
    if (deps.clock.mono() >= deadline) return {ok: false, evidence: `came up and did not stay up: ${last.detail}`}
  }
}

interface Waiting {
  readonly last: ServiceState
  readonly before: ServiceState
  /** On the monotonic clock. */
  readonly deadline: number
}

/** @returns the first state that ends the wait: up as a new incarnation, failed or uncheckable; or that at the deadline */
async function waitUntilUp(
  {clock, service, signal}: RestartDeps,
  {last, before, deadline}: Waiting,
): Promise<ServiceState> {
  let state = last
  const isSettled = () => isUpAgain(state, before) || ['failed', 'uncheckable'].includes(state.state)
  while (!isSettled() && clock.mono() < deadline && !signal.aborted) {
    await clock.sleep(Math.min(pollMs, Math.max(1, deadline - clock.mono())), signal)
    state = await service.isUp()
  }
  return state
}

/** Checks for `stayUpMs`. @returns the last state, or the first that differs */
async function watchUp(
  {clock, service, signal}: RestartDeps,
  up: ServiceState,
  stayUpMs: number,
): Promise<ServiceState> {
  const end = clock.mono() + stayUpMs
  let state = up
  while (isSameIncarnation(state, up) && clock.mono() < end && !signal.aborted) {
    await clock.sleep(Math.min(pollMs, Math.max(1, end - clock.mono())), signal)
    state = await service.isUp()
  }
  return state
}

/** The incarnation from before the restart does not count: it was not restarted. */
function isUpAgain({state, incarnation}: ServiceState, before: ServiceState): boolean {
  return state === 'up' && (incarnation === undefined || incarnation !== before.incarnation)
}

function isSameIncarnation(state: ServiceState, up: ServiceState): boolean {
  return state.state === 'up' && state.incarnation === up.incarnation
}

function whyNotUp(state: ServiceState, before: ServiceState, {upWithinMs}: RestartLimits): string {
  if (state.state === 'failed') return state.detail
  if (isSameIncarnation(state, before)) return `was not restarted, it is the same process as before: ${state.detail}`
  return `not up within ${formatDuration(upWithinMs)}: ${state.detail}`
}

function withDetail(...texts: readonly string[]): string {
  return texts.filter(Boolean).join('; ')
}
