import {computed, signal} from '@preact/signals'
import type {HealthJson, IncidentJson, SessionJson, UpcomingJson} from '../json.js'
import {ask, keepKey, key, RefusedError} from './request.js'

/** What is around the jobs: who serves the page, incidents, what comes next, the machine. */

export const session = signal<SessionJson | undefined>(undefined)
export const incidents = signal<readonly IncidentJson[] | undefined>(undefined)
export const upcoming = signal<UpcomingJson['upcoming'] | undefined>(undefined)
export const health = signal<HealthJson | undefined>(undefined)

/** Whether changes are possible at all. */
export const canChange = computed(() => session.value?.readOnly === false)
/** Whether they are possible now. */
export const isUnlocked = computed(() => {
  if (!canChange.value || !session.value) return false
  return !session.value.needsKey || session.value.keyAccepted
})

/**
 * A key that is right no longer is forgotten: each request with it would count as an attempt to guess. One that is not
 * looked at is kept: others with this address may have guessed.
 */
export async function loadSession(): Promise<void> {
  try {
    const answer = await ask<SessionJson>('session')
    session.value = answer
    if (!answer.keyAccepted && key.peek() !== undefined) keepKey(undefined)
  } catch (error) {
    if (!(error instanceof RefusedError) || error.status !== 429) throw error
    session.value = await ask<SessionJson>('session', {withKey: null})
  }
}

/** Tries a key without keeping it. Throws RefusedError if it is not right, or not looked at. */
export async function tryKey(tried: string): Promise<SessionJson> {
  const answer = await ask<SessionJson>('session', {withKey: tried})
  if (!answer.keyAccepted)
    throw new RefusedError(401, 'This is not the key. After ten wrong ones in a minute each is refused for a while.')
  return answer
}

export async function loadIncidents(): Promise<void> {
  const answer = await ask<{incidents: readonly IncidentJson[]}>('incidents')
  incidents.value = answer.incidents
}

export async function loadUpcoming(): Promise<void> {
  upcoming.value = (await ask<UpcomingJson>('upcoming?within=1h')).upcoming
}

export async function loadHealth(): Promise<void> {
  health.value = await ask<HealthJson>('health')
}
