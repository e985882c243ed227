import {formatDuration} from '../clock/duration.js'
import {isHere, type LocalNames, type PidReuse, roughly} from '../locks/lock.js'
import type {LockOwner} from '../locks/lock-owner.js'

/** What is known of a file in which another program keeps the state of a run. Times are wall clock, ms. */
interface CrashedRunFacts {
  readonly writtenAt: number
  /** The process that the file names; undefined if it names none. */
  readonly owner: LockOwner | undefined
  /** The processes that have the owner's number now. */
  readonly pidReuses: readonly PidReuse[]
  /** Why the owner may run without being seen; undefined if every process could be seen. */
  readonly partialView: string | undefined
}

type CrashVerdict = {readonly isCrashed: boolean; readonly reason: string}

/** File times and process start times are rounded, and a program may write its file a moment late. */
const roundingMs = 5000

/**
 * Whether the owner of a run is gone: proved by its process, or, where that cannot be looked for, by its silence. A living
 * owner may be silent for as long as it likes.
 */
export function judgeCrashedRun(
  facts: CrashedRunFacts,
  here: Pick<LocalNames, 'hosts' | 'boot' | 'now'> & {readonly staleAfterMs: number},
): CrashVerdict {
  const {owner} = facts
  if (!owner) return judgeSilence(facts, here)
  const {pid, host, boot} = owner
  if (host !== undefined && !isHere(host, here.hosts))
    return {isCrashed: false, reason: `names process ${pid} on ${host}, which only that machine can see`}
  if (boot !== undefined && boot !== here.boot)
    return {isCrashed: true, reason: `its process ${pid} is of an earlier boot`}
  const living = facts.pidReuses.filter(({state}) => state !== 'dead')
  const older = living.find(({startedAt}) => startedAt <= facts.writtenAt + roundingMs)
  if (older) return {isCrashed: false, reason: `its process ${pid} (${older.program}) is running`}
  // A younger one has only the owner's number, unless a clock was set between them.
  if (living.length > 0 || facts.partialView !== undefined) return judgeSilence(facts, here)
  return {isCrashed: true, reason: `its process ${pid} is gone`}
}

function judgeSilence(
  {writtenAt}: CrashedRunFacts,
  {now, staleAfterMs}: {readonly now: number; readonly staleAfterMs: number},
): CrashVerdict {
  const silentMs = now - writtenAt
  const silence = `not written for ${roughly(Math.max(0, silentMs))}`
  const isCrashed = silentMs >= staleAfterMs
  return {isCrashed, reason: `${silence}, ${isCrashed ? 'at least' : 'less than'} ${formatDuration(staleAfterMs)}`}
}
