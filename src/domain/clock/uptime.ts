import type {ClockReading} from './reading.js'

/**
 * The uptime clock: how long the machine has been up since guard first watched, in milliseconds. Wall clocks jump and
 * monotonic ones end with their boot, so ages are read from this one: what could not have happened because the machine
 * was down, asleep or set to another time does not make anything old.
 *
 * It is a list of epochs, stretches in which wall clock and monotonic clock advanced equally. The watchdog writes a
 * sample at the start of each epoch and every half hour within it; the uptime is folded from these samples.
 */

/** Now, on all clocks of a process. */
export interface BootReading {
  readonly at: number
  readonly mono: number
  readonly boot: string
}

/** When something happened; files and foreign lines have the wall clock alone. */
export interface Timestamp {
  readonly at: number
  readonly mono?: number
  readonly boot?: string
}

/** All clocks at one time. */
interface ClockSample extends BootReading {
  readonly uptimeMs: number
}

/**
 * The first sample of an epoch. The epoch may have begun at any time after `since`, the sample before it (uptime clock).
 * The first epoch of a boot begins with the boot. `start…` is the earliest time that is certain, on both clocks.
 */
export interface Epoch extends ClockSample {
  readonly since: number
  readonly startAt: number
  readonly startUptimeMs: number
}

export interface Uptime {
  /** Oldest first. */
  readonly epochs: readonly Epoch[]
  /** The last sample; it bounds the end of a boot. */
  readonly last: ClockSample | undefined
  /** What the clock showed at the boot of the first epoch. */
  readonly baseMs: number
}

/** Now, and the uptime up to now. */
export interface Clocks {
  readonly now: ClockReading
  readonly nowUptimeMs: number
  readonly uptime: Uptime
}

/** Whether the machine was up at a wall clock time, or why not; `uptimeMs` is then the first time after it. */
export type UpState =
  | {readonly is: 'up'; readonly uptimeMs: number}
  | {readonly is: 'down' | 'skipped' | 'repeated'; readonly uptimeMs: number}
  | {readonly is: 'before'}

export const emptyUptime: Uptime = {epochs: [], last: undefined, baseMs: 0}

/** The uptime of a machine without samples, in a state directory in which another one has counted so far. */
export function uptimeAfter(others: readonly Uptime[]): Uptime {
  return {...emptyUptime, baseMs: Math.max(0, ...others.map(({last}) => last?.uptimeMs ?? 0))}
}

/** Less drift than this between two samples is not a jump: NTP slews at 0.5 ms a second. Milliseconds. */
const jumpMs = 60_000
/** How often a sample is due while nothing happens; the end of a boot is known to this precision. Milliseconds. */
const noteEveryMs = 30 * 60_000
/** In an epoch younger than this samples are more frequent, so that boots that end early carry the uptime on. Milliseconds. */
const youngMs = 60 * 60_000
const youngSampleEveryMs = 50_000
/** What is dated so far after the clock is now: files and records are read after the clock. Milliseconds. */
const futureAllowanceMs = 60_000
const keptEpochs = 64

/** The sample that is due now. @returns undefined if none is due */
export function dueSample(uptime: Uptime, now: BootReading): ClockSample | undefined {
  const next = epochNow(uptime, now)
  const {last} = uptime
  if (next !== uptime.epochs.at(-1) || !last) return next
  const isYoung = now.mono - next.mono < youngMs
  const everyMs = isYoung ? youngSampleEveryMs : noteEveryMs
  return now.mono - last.mono >= everyMs ? {...now, uptimeMs: uptimeInEpoch(next, now.mono)} : undefined
}

/** The uptime with one more sample. A sample that contradicts the ones before it changes nothing. */
export function withSample(uptime: Uptime, note: ClockSample): Uptime {
  const {last} = uptime
  if (last && note.uptimeMs < last.uptimeMs) return uptime
  const same = last && epochNow(uptime, note) === uptime.epochs.at(-1)
  if (same) return {...uptime, last: note}
  return {...uptime, epochs: [...uptime.epochs, newEpoch(note, last)].slice(-keptEpochs), last: note}
}

function newEpoch({at, mono, boot, uptimeMs}: ClockSample, last: ClockSample | undefined): Epoch {
  const backMs = last?.boot === boot ? 0 : mono
  const startUptimeMs = uptimeMs - backMs
  const since = last?.boot === boot ? last.uptimeMs : startUptimeMs
  return {at, mono, boot, uptimeMs, since, startAt: at - backMs, startUptimeMs}
}

/** The uptime up to now, whether the sample of now is on record or not. */
export function upTo(uptime: Uptime, now: BootReading): Uptime {
  const note = dueSample(uptime, now)
  return note ? withSample(uptime, note) : uptime
}

export function nowUptimeMs(uptime: Uptime, now: BootReading): number {
  return uptimeInEpoch(epochNow(uptime, now), now.mono)
}

function epochNow({epochs, last, baseMs}: Uptime, now: BootReading): ClockSample {
  const epoch = epochs.at(-1)
  if (!epoch || !last) return {...now, uptimeMs: baseMs + now.mono}
  if (epoch.boot !== now.boot) return {...now, uptimeMs: last.uptimeMs + now.mono}
  const drift = now.at - epoch.at - (now.mono - epoch.mono)
  return Math.abs(drift) < jumpMs ? epoch : {...now, uptimeMs: uptimeInEpoch(epoch, now.mono)}
}

function uptimeInEpoch(epoch: ClockSample, mono: number): number {
  return epoch.uptimeMs + mono - epoch.mono
}

/** What the wall clock showed at this time of the uptime clock, after a jump as the later epoch has it. */
export function wallAt({epochs}: Uptime, uptimeMs: number): number {
  const epoch = epochs.findLast((one) => one.startUptimeMs <= uptimeMs) ?? epochs[0]
  return epoch ? epoch.at + uptimeMs - epoch.uptimeMs : uptimeMs
}

/** What the uptime clock showed at `sign`; if there are two answers, the later one. Never after `nowUptimeMs`. */
export function uptimeAt({epochs}: Uptime, sign: Timestamp, nowUptimeMs: number): number {
  const {mono, boot} = sign
  const own = mono === undefined ? undefined : lastOfBoot(epochs, boot)
  if (own && mono !== undefined) return Math.min(uptimeInEpoch(own, mono), nowUptimeMs)
  if (mono !== undefined && boot !== undefined && epochs.length > 0) return uptimeOfUnknownBoot(epochs, sign)
  return uptimeOfWall(epochs, sign.at, nowUptimeMs)
}

function lastOfBoot(epochs: readonly Epoch[], boot: string | undefined): Epoch | undefined {
  for (let index = epochs.length - 1; index >= 0; index--) if (epochs[index]?.boot === boot) return epochs[index]
  return undefined
}

/** A boot without a sample: its wall clock places it between the others. */
function uptimeOfUnknownBoot(epochs: readonly Epoch[], {at}: Timestamp): number {
  const next = epochs.find(({startAt}) => startAt >= at)
  return next?.startUptimeMs ?? epochs.at(-1)?.uptimeMs ?? 0
}

function uptimeOfWall(epochs: readonly Epoch[], at: number, nowUptimeMs: number): number {
  return Math.max(shownAt(epochs, at, nowUptimeMs), lastUnobserved(epochs))
}

/** The clock may have jumped to and fro while no sample was taken: what seems older may be as new as the next sample. */
function lastUnobserved(epochs: readonly Epoch[]): number {
  for (let index = epochs.length - 1; index > 0; index--) {
    const epoch = epochs[index]
    if (epoch && epoch.uptimeMs - epoch.since > noteEveryMs + jumpMs) return epoch.uptimeMs
  }
  return Number.NEGATIVE_INFINITY
}

/**
 * A jump is noticed some time after it happened, and what was written in between has the clock of the later epoch. So
 * a time may have been shown twice, and the latest answer counts.
 */
function shownAt(epochs: readonly Epoch[], at: number, nowUptimeMs: number): number {
  return everShownAt(epochs, at, nowUptimeMs) ?? neverShown(epochs, at, nowUptimeMs)
}

function everShownAt(epochs: readonly Epoch[], at: number, nowUptimeMs: number): number | undefined {
  let shown = Number.NEGATIVE_INFINITY
  let jumpedOver = Number.NEGATIVE_INFINITY
  for (let index = 0; index < epochs.length; index++) {
    const lived = passageAround(epochs, at, {index, nowUptimeMs, fromUptimeMs: epochs[index]?.since ?? 0})
    if (lived?.is === 'skipped') jumpedOver = Math.max(jumpedOver, lived.uptimeMs)
    else if (lived) shown = Math.max(shown, lived.uptimeMs)
  }
  if (Number.isFinite(shown)) return shown
  return Number.isFinite(jumpedOver) ? jumpedOver : undefined
}

/** A time before the first sample, or one in the future. */
function neverShown(epochs: readonly Epoch[], at: number, nowUptimeMs: number): number {
  const [first] = epochs
  if (!first) return nowUptimeMs
  return at < first.startAt
    ? first.startUptimeMs - (first.startAt - at)
    : Math.min(nowUptimeMs, epochs.at(-1)?.startUptimeMs ?? 0)
}

/** Whether a wall clock time is later than the clock ever showed, and later than what may be read just after it. */
export function isInFuture({epochs}: Uptime, at: number, now: {readonly at: number}): boolean {
  const [first] = epochs
  const last = epochs.at(-1)
  if (at <= now.at + futureAllowanceMs || !first || !last || at < first.startAt) return false
  return everShownAt(epochs.slice(0, -1), at, last.startUptimeMs) === undefined
}

type Lived = Exclude<UpState, {readonly is: 'before'}>

interface Around {
  readonly index: number
  readonly nowUptimeMs: number
  /** From when on the machine counts as up in the epoch. */
  readonly fromUptimeMs: number
}

/** How the clock showed `at` in one epoch, or jumped over it in the gap before. */
export function passageAround(
  epochs: readonly Epoch[],
  at: number,
  {index, nowUptimeMs, fromUptimeMs}: Around,
): Lived | undefined {
  const epoch = epochs[index]
  if (!epoch) return undefined
  const uptimeMs = epoch.uptimeMs + at - epoch.at
  const endUptimeMs = epochs[index + 1]?.startUptimeMs ?? nowUptimeMs
  const aheadMs = index === epochs.length - 1 ? jumpMs + futureAllowanceMs : 0
  if (uptimeMs >= fromUptimeMs && uptimeMs <= endUptimeMs + aheadMs)
    return {is: 'up', uptimeMs: Math.min(uptimeMs, endUptimeMs)}
  const before = epochs[index - 1]
  const inGap = before && uptimeMs < fromUptimeMs && at > before.at + epoch.startUptimeMs - before.uptimeMs
  if (!inGap || uptimeMs > endUptimeMs) return undefined
  return {is: before.boot === epoch.boot ? 'skipped' : 'down', uptimeMs: Math.max(epoch.startUptimeMs, uptimeMs)}
}

/** When a boot ended, at the latest; uptime clock. @returns undefined while it lasts, or if it has no sample */
export function endOfBoot({epochs}: Uptime, boot: string): number | undefined {
  const last = epochs.findLastIndex((epoch) => epoch.boot === boot)
  return last < 0 ? undefined : epochs[last + 1]?.startUptimeMs
}
