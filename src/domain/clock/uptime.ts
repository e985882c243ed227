/**
 * The awake clock: how long the machine has been up since guard first watched, in milliseconds. Wall clocks jump and
 * monotonic ones end with their boot, so ages are read from this one: what could not have happened because the machine
 * was down, asleep or set to another time does not make anything old.
 *
 * A timeline is a list of epochs, stretches in which wall clock and monotonic clock ran side by side. The watchdog
 * writes a note at the start of each and now and then within; the timeline is folded from these notes.
 */

/** Now, on all clocks of a process. */
export interface Moment {
  readonly at: number
  readonly mono: number
  readonly boot: string
}

/** When something happened, as far as its record tells; files and foreign lines know the wall clock alone. */
export interface Sign {
  readonly at: number
  readonly mono?: number
  readonly boot?: string
}

/** All clocks at one time. */
interface Note extends Moment {
  readonly awake: number
}

/**
 * The first note of an epoch. The epoch itself may have begun any time since `since`, the note before it (awake clock);
 * the first epoch of a boot reaches back to the boot. `start…` is the earliest time that is certain, on both clocks.
 */
export interface Epoch extends Note {
  readonly since: number
  readonly startAt: number
  readonly startAwake: number
}

export interface Timeline {
  /** Oldest first. */
  readonly epochs: readonly Epoch[]
  /** The last note, from which the end of a boot is known. */
  readonly last: Note | undefined
}

/** Where a wall clock time was lived through, or why it was not. `awake` is then the first moment after it. */
export type Passage =
  | {readonly is: 'awake'; readonly awake: number}
  | {readonly is: 'down' | 'skipped' | 'repeated'; readonly awake: number}
  | {readonly is: 'before'}

export const emptyTimeline: Timeline = {epochs: [], last: undefined}

/** Slower drift than this between two notes is no jump: NTP slews at 0.5 ms a second. Milliseconds. */
const jumpMs = 60_000
/** How often a note is due while nothing happens; a boot's end is known to this. Milliseconds. */
const noteEveryMs = 30 * 60_000
const keptEpochs = 64
/** cron needs so long after a boot or a jump until it starts anything. Milliseconds. */
const settleMs = 2 * 60_000
/** cron does not run again what a clock set back by less than this brings again (Debian cron(8)). */
const repeatedMs = 3 * 3_600_000

/** The note that is due now: of a new epoch, or only to say that the present one goes on. */
export function dueNote(timeline: Timeline, now: Moment): Note | undefined {
  const next = epochNow(timeline, now)
  const {last} = timeline
  if (next !== timeline.epochs.at(-1) || !last) return next
  return now.mono - last.mono >= noteEveryMs ? {...now, awake: awakeIn(next, now.mono)} : undefined
}

/** The timeline with one more note. A note that contradicts the ones before it changes nothing. */
export function withNote(timeline: Timeline, note: Note): Timeline {
  const {last} = timeline
  if (last && note.awake < last.awake) return timeline
  const same = last && epochNow(timeline, note) === timeline.epochs.at(-1)
  if (same) return {epochs: timeline.epochs, last: note}
  return {epochs: [...timeline.epochs, newEpoch(note, last)].slice(-keptEpochs), last: note}
}

function newEpoch({at, mono, boot, awake}: Note, last: Note | undefined): Epoch {
  const backMs = last?.boot === boot ? 0 : mono
  const startAwake = awake - backMs
  const since = last?.boot === boot ? last.awake : startAwake
  return {at, mono, boot, awake, since, startAt: at - backMs, startAwake}
}

/** The timeline up to now, whether the note of now is written yet or not. */
export function upTo(timeline: Timeline, now: Moment): Timeline {
  const note = dueNote(timeline, now)
  return note ? withNote(timeline, note) : timeline
}

export function awakeNow(timeline: Timeline, now: Moment): number {
  return awakeIn(epochNow(timeline, now), now.mono)
}

function epochNow({epochs, last}: Timeline, now: Moment): Note {
  const epoch = epochs.at(-1)
  if (!epoch || !last) return {...now, awake: now.mono}
  if (epoch.boot !== now.boot) return {...now, awake: last.awake + now.mono}
  const drift = now.at - epoch.at - (now.mono - epoch.mono)
  return Math.abs(drift) < jumpMs ? epoch : {...now, awake: awakeIn(epoch, now.mono)}
}

function awakeIn(epoch: Note, mono: number): number {
  return epoch.awake + mono - epoch.mono
}

/** What the awake clock showed at `sign`; where it may have been twice, the later one. Never after `nowAwake`. */
export function awakeAt({epochs}: Timeline, sign: Sign, nowAwake: number): number {
  const {mono, boot} = sign
  const own = mono === undefined ? undefined : lastOfBoot(epochs, boot)
  if (own && mono !== undefined) return Math.min(awakeIn(own, mono), nowAwake)
  if (mono !== undefined && boot !== undefined && epochs.length > 0) return awakeOfUnknownBoot(epochs, sign)
  return awakeOfWall(epochs, sign.at, nowAwake)
}

function lastOfBoot(epochs: readonly Epoch[], boot: string | undefined): Epoch | undefined {
  for (let index = epochs.length - 1; index >= 0; index--) if (epochs[index]?.boot === boot) return epochs[index]
  return undefined
}

/** A boot that guard did not note, or has forgotten: its wall clock places it between the others. */
function awakeOfUnknownBoot(epochs: readonly Epoch[], {at}: Sign): number {
  const next = epochs.find(({startAt}) => startAt >= at)
  return next?.startAwake ?? epochs.at(-1)?.awake ?? 0
}

function awakeOfWall(epochs: readonly Epoch[], at: number, nowAwake: number): number {
  return Math.max(shownAt(epochs, at, nowAwake), lastUnobserved(epochs))
}

/** While nobody looked, the clock may have jumped to and fro: what seems older may have been written until then. */
function lastUnobserved(epochs: readonly Epoch[]): number {
  for (let index = epochs.length - 1; index > 0; index--) {
    const epoch = epochs[index]
    if (epoch && epoch.awake - epoch.since > noteEveryMs + jumpMs) return epoch.awake
  }
  return Number.NEGATIVE_INFINITY
}

/**
 * A jump is noticed a while after it happened: what was written in between has the clock of the later epoch. So a time
 * may have been shown twice, and the youngest reading is taken.
 */
function shownAt(epochs: readonly Epoch[], at: number, nowAwake: number): number {
  let shown = Number.NEGATIVE_INFINITY
  let jumpedOver = Number.NEGATIVE_INFINITY
  for (let index = 0; index < epochs.length; index++) {
    const lived = passageAround(epochs, at, {index, nowAwake, fromAwake: epochs[index]?.since ?? 0})
    if (lived?.is === 'skipped') jumpedOver = Math.max(jumpedOver, lived.awake)
    else if (lived) shown = Math.max(shown, lived.awake)
  }
  if (Number.isFinite(shown)) return shown
  return Number.isFinite(jumpedOver) ? jumpedOver : neverShown(epochs, at, nowAwake)
}

/** A time before guard came, or one still to come: a file dated into the future stays fresh no longer than any other. */
function neverShown(epochs: readonly Epoch[], at: number, nowAwake: number): number {
  const [first] = epochs
  if (!first) return nowAwake
  return at < first.startAt
    ? first.startAwake - (first.startAt - at)
    : Math.min(nowAwake, epochs.at(-1)?.startAwake ?? 0)
}

/** Whether the machine lived through the wall clock time `at`; where it did twice, the last time counts. */
export function passage({epochs}: Timeline, at: number, nowAwake: number): Passage {
  for (let index = epochs.length - 1; index >= 0; index--) {
    const fromAwake = index === 0 ? (epochs[0]?.startAwake ?? 0) : (epochs[index]?.awake ?? 0) + settleMs
    const lived = passageAround(epochs, at, {index, nowAwake, fromAwake})
    if (!lived) continue
    if (lived.is !== 'awake') return lived
    if (isUnobserved(epochs, index, lived.awake)) return {...lived, is: 'skipped'}
    return isRepeated(epochs, index, at) ? {...lived, is: 'repeated'} : lived
  }
  return {is: 'before'}
}

/** Between the last note before a jump and the first after it, nobody knows what the clock showed. */
function isUnobserved(epochs: readonly Epoch[], index: number, awake: number): boolean {
  const next = epochs[index + 1]
  return next !== undefined && next.boot === epochs[index]?.boot && awake > next.since
}

/**
 * Whether cron has been past `at` already in this boot: set back by a little, it waits until the clock has caught up;
 * set back by more, it takes the new time (Debian's cron(8)).
 */
function isRepeated(epochs: readonly Epoch[], index: number, at: number): boolean {
  const boot = epochs[index]?.boot
  let cronAt = Number.NEGATIVE_INFINITY
  for (const [place, epoch] of epochs.slice(0, index + 1).entries()) {
    if (epoch.boot !== boot) continue
    if (cronAt - epoch.at > repeatedMs) cronAt = epoch.at
    if (place === index) return cronAt >= at
    cronAt = Math.max(cronAt, epoch.at + (epochs[place + 1]?.awake ?? 0) - epoch.awake)
  }
  return false
}

type Lived = Exclude<Passage, {readonly is: 'before'}>

interface Around {
  readonly index: number
  readonly nowAwake: number
  /** From where on the epoch counts as lived through. */
  readonly fromAwake: number
}

/** How the clock showed `at` in one epoch, or jumped over it in the gap before. */
function passageAround(epochs: readonly Epoch[], at: number, {index, nowAwake, fromAwake}: Around): Lived | undefined {
  const epoch = epochs[index]
  if (!epoch) return undefined
  const awake = epoch.awake + at - epoch.at
  const endAwake = epochs[index + 1]?.startAwake ?? nowAwake
  if (awake >= fromAwake && awake <= endAwake) return {is: 'awake', awake}
  const before = epochs[index - 1]
  const inGap = before && awake < fromAwake && at > before.at + epoch.startAwake - before.awake
  if (!inGap || awake > endAwake) return undefined
  return {is: before.boot === epoch.boot ? 'skipped' : 'down', awake: Math.max(epoch.startAwake, awake)}
}

/** When a boot ended, at the latest; on the awake clock. Undefined while it lasts, and where no note of it is left. */
export function endOfBoot({epochs}: Timeline, boot: string): number | undefined {
  const last = epochs.findLastIndex((epoch) => epoch.boot === boot)
  return last < 0 ? undefined : epochs[last + 1]?.startAwake
}

/** Since when nothing is known to have disturbed time: a boot, a jump or a suspend, as noticed. On the awake clock. */
export function calmSince({epochs}: Timeline): number {
  return epochs.at(-1)?.awake ?? 0
}
