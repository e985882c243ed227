import {effect, signal} from '@preact/signals'
import {serverNow} from './clock.js'
import {readEvents} from './event-stream.js'
import {loadSession} from './machine.js'
import {ChangeGatherer, refreshAll, refreshShown} from './refresh.js'
import {key, RefusedError, request} from './request.js'

/**
 * How the page and the server are connected.
 *
 * - live: events come; polling: no stream can be had, so all is asked for every 10 s
 * - lost: no answer since `since` (ms); the next try is at `retryAt`
 * - denied: reading needs the key
 * - paused: switched off
 */
type Connection =
  | {readonly is: 'starting' | 'live' | 'polling' | 'denied' | 'paused'}
  | {readonly is: 'lost'; readonly since: number; readonly retryAt: number; readonly reason: string}

export const connection = signal<Connection>({is: 'starting'})
export const isLiveWanted = signal(true)
/** Server's clock, ms: the last sign of the server. */
export const lastSignAt = signal(serverNow())

const pollMs = 10_000
/** Verdicts change by time alone, without an event. */
const refreshMs = 30_000
/** The server writes at least every 15 s. */
const silentMs = 40_000
/** After a stream that has ended; later after one that had hardly begun. */
const [againMs, againLaterMs, shortLivedMs] = [300, 2000, 5000]
const backoffMs = [1000, 2000, 4000, 8000, pollMs]

let current: AbortController | undefined

/** Connects, again and again, while the tab is seen and live is wanted. */
export function startLive(): void {
  document.addEventListener('visibilitychange', restart)
  effect(() => {
    key.value
    isLiveWanted.value
    restart()
  })
}

/** Tries at once. */
export function restart(): void {
  current?.abort()
  current = undefined
  if (!isLiveWanted.peek()) connection.value = {is: 'paused'}
  // The stream is released in a hidden tab: the server has few of them.
  if (document.hidden || !isLiveWanted.peek()) return
  current = new AbortController()
  void stayConnected(current.signal)
}

async function stayConnected(signal: AbortSignal): Promise<void> {
  let lastId: string | undefined
  for (let failures = 0; !signal.aborted; ) {
    let events: Events | undefined
    try {
      await loadSession()
      if (signal.aborted) return
      // Before the rest is asked for, so that what changes meanwhile comes as an event.
      events = await openEvents(signal, lastId)
      await refreshShown()
      if (signal.aborted) return
      failures = 0
      noteSign()
      connection.value = {is: events ? 'live' : 'polling'}
      const began = Date.now()
      if (events) lastId = await follow(events, lastId)
      const afterMs = Date.now() - began < shortLivedMs ? againLaterMs : againMs
      await waitFor(events ? afterMs : pollMs, signal)
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof RefusedError && error.status === 401) {
        connection.value = {is: 'denied'}
        return
      }
      await waitFor(noteLoss(error, failures++), signal)
    } finally {
      events?.end()
    }
  }
}

function noteSign(): void {
  lastSignAt.value = serverNow()
}

/** @returns how long to wait, ms */
function noteLoss(error: unknown, failures: number): number {
  const known = connection.peek()
  const waitMs = backoffMs[Math.min(failures, backoffMs.length - 1)] ?? pollMs
  connection.value = {
    is: 'lost',
    since: known.is === 'lost' ? known.since : serverNow(),
    retryAt: serverNow() + waitMs,
    reason: error instanceof RefusedError ? error.message : '',
  }
  return waitMs
}

interface Events {
  readonly body: ReadableStream<Uint8Array> | null
  end(): void
}

/** Events from now on, or after the last one. @returns undefined if no stream can be had */
async function openEvents(outer: AbortSignal, lastId: string | undefined): Promise<Events | undefined> {
  const own = new AbortController()
  const end = () => {
    outer.removeEventListener('abort', end)
    own.abort()
  }
  outer.addEventListener('abort', end)
  const silence = setTimeout(end, silentMs)
  try {
    const headers = {Accept: 'text/event-stream', ...(lastId !== undefined && {'Last-Event-ID': lastId})}
    const {body} = await request('events', {signal: own.signal, headers})
    return {body, end}
  } catch {
    end()
    return undefined
  } finally {
    clearTimeout(silence)
  }
}

/** Follows the events until the stream ends, for whatever reason: the next refresh finds out. @returns the id of the last one */
async function follow({body, end}: Events, lastId: string | undefined): Promise<string | undefined> {
  const changes = new ChangeGatherer(end)
  let silence = setTimeout(end, silentMs)
  const onSign = () => {
    noteSign()
    clearTimeout(silence)
    silence = setTimeout(end, silentMs)
  }
  const refresh = setInterval(() => void refreshAll().catch(end), refreshMs)
  const reader = {lastId, onChange: changes.add.bind(changes), onSign}
  try {
    if (body) await readEvents(body, reader)
  } catch {
    // Ended by this page, or by the network.
  } finally {
    changes.stop()
    clearTimeout(silence)
    clearInterval(refresh)
  }
  return reader.lastId
}

function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
