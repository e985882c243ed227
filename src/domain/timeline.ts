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

/** Both clocks at the start of an epoch, and the awake clock there. */
export interface Epoch extends Moment {
  readonly awake: number
}

export interface Timeline {
  /** Oldest first. */
  readonly epochs: readonly Epoch[]
  /** The last note, from which the end of a boot is known. */
  readonly last: Epoch | undefined
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
/** cron does not run again what a clock set back by less than this brings again (Debian cron(8)). */
const repeatedMs = 3 * 3_600_000

/** The note that is due now: of a new epoch, or only to say that the present one goes on. */
export function dueNote(timeline: Timeline, now: Moment): Epoch | undefined {
  const next = epochNow(timeline, now)
  const {last} = timeline
  if (next !== timeline.epochs.at(-1) || !last) return next
  return now.mono - last.mono >= noteEveryMs ? {...now, awake: awakeIn(next, now.mono)} : undefined
}

/** The timeline with one more note. A note that contradicts the ones before it changes nothing. */
export function withNote(timeline: Timeline, note: Epoch): Timeline {
  const {last} = timeline
  if (last && note.awake < last.awake) return timeline
  const same = epochNow(timeline, note) === timeline.epochs.at(-1)
  return {epochs: same && last ? timeline.epochs : [...timeline.epochs, note].slice(-keptEpochs), last: note}
}

/** The timeline up to now, whether the note of now is written yet or not. */
export function upTo(timeline: Timeline, now: Moment): Timeline {
  const note = dueNote(timeline, now)
  return note ? withNote(timeline, note) : timeline
}

export function awakeNow(timeline: Timeline, now: Moment): number {
  return awakeIn(epochNow(timeline, now), now.mono)
}

function epochNow({epochs, last}: Timeline, now: Moment): Epoch {
  const epoch = epochs.at(-1)
  if (!epoch || !last) return {...now, awake: now.mono}
  if (epoch.boot !== now.boot) return {...now, awake: last.awake + now.mono}
  const drift = now.at - epoch.at - (now.mono - epoch.mono)
  return Math.abs(drift) < jumpMs ? epoch : {...now, awake: awakeIn(epoch, now.mono)}
}

function awakeIn(epoch: Epoch, mono: number): number {
  return epoch.awake + mono - epoch.mono
}

/** What the awake clock showed at `sign`; where it may have been twice, the later one. Never after `nowAwake`. */
export function awakeAt({epochs}: Timeline, sign: Sign, nowAwake: number): number {
  const {mono, boot} = sign
  const own = mono === undefined ? undefined : epochs.findLast((epoch) => epoch.boot === boot)
  if (own && mono !== undefined) return Math.min(awakeIn(own, mono), nowAwake)
  if (mono !== undefined && boot !== undefined && epochs.length > 0) return awakeOfUnknownBoot(epochs, sign)
  return awakeOfWall(epochs, sign.at, nowAwake)
}

/** A boot that guard did not note, or has forgotten: its wall clock places it between the others. */
function awakeOfUnknownBoot(epochs: readonly Epoch[], sign: Sign): number {
  const next = epochs.find((_epoch, index) => startOf(epochs, index).at >= sign.at)
  return next ? next.awake - next.mono : (epochs.at(-1)?.awake ?? 0)
}

function awakeOfWall(epochs: readonly Epoch[], at: number, nowAwake: number): number {
  const passage = passageOf(epochs, at, nowAwake)
  if (passage.is !== 'before') return passage.awake
  const first = startOf(epochs, 0)
  return first.awake - Math.max(0, first.at - at)
}

/** Whether the machine lived through the wall clock time `at`. */
export function passage(timeline: Timeline, at: number, nowAwake: number): Passage {
  return passageOf(timeline.epochs, at, nowAwake)
}

function passageOf(epochs: readonly Epoch[], at: number, nowAwake: number): Passage {
  const within = epochs.flatMap((_epoch, index) => {
    const start = startOf(epochs, index)
    const awake = start.awake + at - start.at
    const end = endOf(epochs, index, nowAwake)
    return awake >= start.awake && awake <= end ? [awake] : []
  })
  const latest = within.at(-1)
  const former = within.at(-2)
  if (latest === undefined) return gapBefore(epochs, at, nowAwake)
  const again = former !== undefined && latest - former <= repeatedMs
  return {is: again ? 'repeated' : 'awake', awake: latest}
}

function gapBefore(epochs: readonly Epoch[], at: number, nowAwake: number): Passage {
  if (epochs.length === 0 || at < startOf(epochs, 0).at) return {is: 'before'}
  const index = epochs.findIndex((_epoch, place) => startOf(epochs, place).at > at)
  const after = epochs[index]
  // A time that the clock has never shown yet: a clock set back since, or a file dated into the future.
  if (!after) return {is: 'skipped', awake: Math.min(nowAwake, startOf(epochs, epochs.length - 1).awake)}
  return {is: after.boot === epochs[index - 1]?.boot ? 'skipped' : 'down', awake: startOf(epochs, index).awake}
}

/** The first epoch of a boot reaches back to the boot itself. */
function startOf(epochs: readonly Epoch[], index: number): {readonly at: number; readonly awake: number} {
  const epoch = epochs[index]
  if (!epoch) return {at: 0, awake: 0}
  const first = epochs[index - 1]?.boot !== epoch.boot
  const back = first ? epoch.mono : 0
  return {at: epoch.at - back, awake: epoch.awake - back}
}

function endOf(epochs: readonly Epoch[], index: number, nowAwake: number): number {
  return index + 1 < epochs.length ? startOf(epochs, index + 1).awake : nowAwake
}

/** Since when nothing has disturbed time: the boot, or the last jump or suspend. On the awake clock. */
export function calmSince({epochs}: Timeline): number {
  return epochs.length === 0 ? 0 : startOf(epochs, epochs.length - 1).awake
}
