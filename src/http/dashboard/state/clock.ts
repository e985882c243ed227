import {batch, signal} from '@preact/signals'
import {clockAt, secondsAt, shortSpan} from '../text/span.js'
import {zone} from './preferences.js'

/** The server's wall clock, ms: ages are right though the clock of this machine is wrong. */
const second = signal(Date.now())
/** The same, seldom: thousands of texts need not be made anew each second. */
const coarse = signal(second.value)

const [tickMs, coarseMs, freshMs] = [1000, 20_000, 150_000]
let skewMs = 0

/** @param at what the server's clock says */
export function setServerTime(at: string): void {
  const time = Date.parse(at)
  if (Number.isNaN(time)) return
  // Below a second it is the way of the answer.
  if (Math.abs(time - serverNow()) > 1000) skewMs = time - Date.now()
  tick()
}

export function serverNow(): number {
  return Date.now() + skewMs
}

function tick(): void {
  const now = serverNow()
  batch(() => {
    second.value = now
    if (Math.abs(now - coarse.value) >= coarseMs) coarse.value = now
  })
}

export function startClock(): void {
  setInterval(() => {
    if (!document.hidden) tick()
  }, tickMs)
  document.addEventListener('visibilitychange', tick)
}

/** Now, by the second for what is near; subscribes. */
export function nowFor(at: number): number {
  return Math.abs(coarse.value - at) < freshMs ? second.value : coarse.value
}

/** `3 min ago` */
export function agoText(at: string): string {
  const time = Date.parse(at)
  return `${shortSpan(roundUp(nowFor(time) - time))} ago`
}

/** How long it lasts by now: `74 s` */
export function sinceText(at: string): string {
  const time = Date.parse(at)
  return shortSpan(roundUp(nowFor(time) - time))
}

/** `in 12 min`, or that its time has come */
export function inText(at: string): string {
  const time = Date.parse(at)
  const leftMs = time - nowFor(time)
  return leftMs < 500 ? 'due now' : `in ${shortSpan(roundUp(leftMs))}`
}

/** Seconds that jump to milliseconds would flicker. */
function roundUp(ms: number): number {
  return Math.max(1000, ms)
}

/** `14:20` */
export function clockOf(at: string): string {
  const time = Date.parse(at)
  return clockAt(time, nowFor(time), zone.value)
}

/** `14:15:52` */
export function secondsOf(at: string): string {
  const time = Date.parse(at)
  return secondsAt(time, coarse.value, zone.value)
}
