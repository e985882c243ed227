import {formatDuration} from '../clock/duration.js'
import {fitsLock} from './lock-name.js'
import type {LockOwner} from './lock-owner.js'

/**
 * A lock is a file that another program has left. Removing one that is still wanted breaks that program, so a lock is
 * stale only by proof; whatever cannot be proved is kept. Times are milliseconds since 1970 UTC.
 */
export interface LockFacts {
  readonly path: string
  /** Of the file that was inspected: a lock of the same name that was made later has another identity. */
  readonly identity: string
  readonly form: LockForm
  /** What a link leads to; undefined if that is not there, as for locks that are made as links. */
  readonly leadsTo?: string
  readonly writtenAt: number
  /** Every process seen to hold the file. */
  readonly holders: readonly LockHolder[]
  /** Why a process may hold it unseen; undefined if every process could be inspected. */
  readonly blindSpot?: string
  /** Why a process that holds the file may be missing among the holders, though every visible one was inspected. */
  readonly partialView?: string
  /** In a partial view: what the kernel said when it was asked for a lock on the file. */
  readonly kernelLock?: KernelLock
  /** The process that the lock names; undefined if it names none. */
  readonly owner?: LockOwner
  /** The processes that have the owner's number now. */
  readonly pidReuses: readonly PidReuse[]
}

/** - crowded: a directory that holds more than a pid file. - other: a socket, pipe or device. */
export type LockForm = 'file' | 'symlink' | 'directory' | 'crowded' | 'other'

/** - untried: this machine has no means to ask, or the file has a form that cannot be locked. */
export type KernelLock = 'held' | 'free' | 'untried'

export interface LockHolder {
  readonly pid: number
  readonly program: string
  readonly by: 'kernel-lock' | 'open-file'
}

export interface PidReuse {
  readonly pid: number
  readonly program: string
  /** Names by which it may call its lock: of its program, and of the script that an interpreter runs. */
  readonly names: readonly string[]
  readonly startedAt: number
  /** - contained: it has the owner's number in a container of its own, and another one here. - dead: a zombie. */
  readonly state: 'alive' | 'contained' | 'dead'
}

/** What this machine is called, and when it looks. */
export interface LocalNames {
  /** Every name and address of this machine. */
  readonly hosts: readonly string[]
  readonly boot: string
  readonly now: number
  /** Age from which a lock that names no process is stale. */
  readonly minAgeMs: number
}

/** - held: a process has it. - stale: provably none has. - kept: neither is proved. */
export interface LockVerdict {
  readonly verdict: 'held' | 'stale' | 'kept'
  /** The proof, or what is missing of one. */
  readonly reason: string
}

/** File times and process start times are rounded, and a program may write its lock a moment late. */
const roundingMs = 5000

/** Lists of versions that package managers keep under names like a lock's. */
const versionLists =
  /(^|\/)(yarn|Cargo|poetry|Gemfile|composer|flake|Pipfile|uv|pdm|mix|Podfile|bun|deno|pubspec|conan|pixi)\.lock$/

export function judgeLock(facts: LockFacts, here: LocalNames): LockVerdict {
  const [holder] = facts.holders
  if (holder) return {verdict: 'held', reason: heldBy(holder)}
  if (facts.form === 'other') return {verdict: 'kept', reason: 'is a socket, pipe or device'}
  if (facts.form === 'crowded') return {verdict: 'kept', reason: 'is a directory with more in it than a pid'}
  if (facts.leadsTo !== undefined)
    return {verdict: 'kept', reason: `is a link to ${facts.leadsTo}, which may be in use`}
  if (versionLists.test(facts.path)) return {verdict: 'kept', reason: "is a package manager's list of versions"}
  if (facts.blindSpot !== undefined) return {verdict: 'kept', reason: facts.blindSpot}
  if (facts.kernelLock === 'held')
    return {verdict: 'held', reason: 'a process that is not visible holds a kernel lock on it'}
  const verdict = facts.owner ? judgeOwner(facts, facts.owner, here) : judgeAge(facts.writtenAt, here)
  return verdict.verdict === 'stale' && facts.partialView !== undefined
    ? unlessUnseen(facts, facts.partialView, verdict)
    : verdict
}

/** A process that is not visible proves nothing where others are hidden too. */
function unlessUnseen({owner, kernelLock}: LockFacts, partialView: string, stale: LockVerdict): LockVerdict {
  if (owner) return {verdict: 'kept', reason: `its owner, process ${owner.pid}, may run unseen: ${partialView}`}
  if (kernelLock === 'free') return stale
  return {verdict: 'kept', reason: `a process may hold it unseen: ${partialView}`}
}

function heldBy({pid, program, by}: LockHolder): string {
  return `process ${pid} (${program}) ${by === 'kernel-lock' ? 'holds a kernel lock on it' : 'has it open'}`
}

function judgeOwner(facts: LockFacts, owner: LockOwner, here: LocalNames): LockVerdict {
  if (owner.host !== undefined && !isHere(owner.host, here.hosts)) {
    return {verdict: 'kept', reason: `names process ${owner.pid} on ${owner.host}, which only that machine can see`}
  }
  if (owner.boot !== undefined && owner.boot !== here.boot) {
    return {verdict: 'stale', reason: `names process ${owner.pid} of an earlier boot`}
  }
  return judgePidReuses(facts, owner.pid)
}

/** A process that started after the lock was written has only the owner's number, unless a clock was set between them. */
function judgePidReuses({path, pidReuses, writtenAt}: LockFacts, pid: number): LockVerdict {
  const living = pidReuses.filter(({state}) => state !== 'dead')
  const older = living.find(({startedAt}) => startedAt <= writtenAt + roundingMs)
  if (older?.state === 'alive') return {verdict: 'held', reason: `its owner is running: ${named(older)}`}
  if (older) return {verdict: 'kept', reason: `its owner may be ${named(older)}, which is ${pid} in its container`}
  const [younger] = living
  if (!younger) return {verdict: 'stale', reason: `its owner, process ${pid}, is gone and no process holds it`}
  const namesake = living.find(({names}) => names.some((name) => fitsLock(name, path)))
  if (namesake)
    return {
      verdict: 'kept',
      reason: `its owner may be ${named(namesake)}: its name fits, and a clock may have been set`,
    }
  const written = new Date(writtenAt).toISOString()
  return {verdict: 'stale', reason: `its owner is gone: ${named(younger)}, after the lock was written (${written})`}
}

function named({pid, program, startedAt}: PidReuse): string {
  return `process ${pid} (${program}) started ${new Date(startedAt).toISOString()}`
}

function judgeAge(writtenAt: number, {now, minAgeMs}: LocalNames): LockVerdict {
  const age = `${roughly(Math.max(0, now - writtenAt))} old`
  if (now - writtenAt >= minAgeMs)
    return {verdict: 'stale', reason: `no process holds it, it names none, and is ${age}`}
  return {verdict: 'kept', reason: `names no process and is only ${age}, less than ${formatDuration(minAgeMs)}`}
}

/** A span in its largest unit that fills at least two: `3h`, `90s`. */
export function roughly(ms: number): string {
  const unit = [86_400_000, 3_600_000, 60_000].find((size) => ms >= 2 * size) ?? 1000
  return ms < unit ? '0s' : formatDuration(ms - (ms % unit))
}

/** A name without a domain stands for the machine's full name, and the other way round. */
export function isHere(host: string, hosts: readonly string[]): boolean {
  const name = host.toLowerCase()
  if (name === 'localhost' || name === '::1' || /^127(\.\d+){3}$/.test(name)) return true
  return hosts.some((own) => own.toLowerCase() === name || shortName(own) === shortName(name))
}

function shortName(host: string): string {
  const lower = host.toLowerCase()
  // An address has no short form.
  return /^[\d.]+$|:/.test(lower) ? lower : lower.replace(/\..*$/s, '')
}
