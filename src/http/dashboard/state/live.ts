import {effect, signal} from '@preact/signals'
import {serverNow} from './clock.js'
import {readEvents} from './event-stream.js'
import {ChangeGatherer, refreshAll} from './refresh.js'
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
    try {
      await refreshAll()
      if (signal.aborted) return
      failures = 0
      noteSign()
      if (connection.peek().is !== 'live') connection.value = {is: 'polling'}
      const began = Date.now()
      const {id, wasOpen} = await stream(signal, lastId)
      lastId = id
      const afterMs = Date.now() - began < shortLivedMs ? againLaterMs : againMs
      await waitFor(wasOpen ? afterMs : pollMs, signal)
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof RefusedError && error.status === 401) {
        connection.value = {is: 'denied'}
        return
      }
      await waitFor(noteLoss(error, failures++), signal)
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

interface StreamEnd {
  /** Of the last event. */
  readonly id: string | undefined
  readonly wasOpen: boolean
}

/** Follows the events until the stream ends, for whatever reason: the next refresh finds out. */
async function stream(outer: AbortSignal, lastId: string | undefined): Promise<StreamEnd> {
  const own = new AbortController()
  const end = () => own.abort()
  outer.addEventListener('abort', end)
  const changes = new ChangeGatherer(end)
  let silence = setTimeout(end, silentMs)
  const onSign = () => {
    noteSign()
    clearTimeout(silence)
    silence = setTimeout(end, silentMs)
  }
  const refresh = setInterval(() => void refreshAll().catch(end), refreshMs)
  const reader = {lastId, onChange: changes.add.bind(changes), onSign}
  let wasOpen = false
  try {
    const headers = {Accept: 'text/event-stream', ...(lastId !== undefined && {'Last-Event-ID': lastId})}
    const {body} = await request('events', {signal: own.signal, headers})
    wasOpen = true
    if (!outer.aborted) connection.value = {is: 'live'}
    if (body) await readEvents(body, reader)
  } catch {
    if (!wasOpen && !outer.aborted) connection.value = {is: 'polling'}
  } finally {
    changes.stop()
    clearTimeout(silence)
    clearInterval(refresh)
    outer.removeEventListener('abort', end)
  }
  return {id: reader.lastId, wasOpen}
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
