import {closeSync, fstatSync, openSync, readSync, statSync} from 'node:fs'
import type {LogRange} from '../domain/run.js'
import {callAfter} from './alarm.js'
import {bytesCutOff} from './bytes-cut-off.js'
import {Follower} from './follower.js'
import type {Stream} from './job-command.js'
import {type Gap, Pump, statOf} from './pump.js'
import type {RotationPolicy} from './rotate.js'
import {appendFlags, openSpool, type Spool} from './spool.js'

/**
 * What a job writes goes straight into its log: one descriptor, opened to append, for both streams. So their order is
 * exact, nothing is held in memory, the job never waits for guard and outlives it. guard reads the log to pass the
 * output on. Where guard's own standard error is another file than its standard output, the job's standard error goes
 * to a spool file first, from where it is copied to both; where runs of a job may overlap, so does all output.
 */
export interface JobOutput {
  readonly stdout: Stream
  readonly stderr: Stream
  /** The file and inode of the log, and where this run begins in all that it ever held; `to` is where it ends now. */
  range(): LogRange
  /** When the job last wrote, as the file system's wall clock has it. */
  lastWriteMs(): number
  /** The end of what has been written, for a look at how a job ended. */
  tail(bytes: number): string
  /** Looks after the output from now on; with `passOn` it goes to guard's own streams as it comes. */
  follow(passOn: boolean): void
  /** Passes on what is left and closes the files. */
  finish(passOn: boolean): Promise<void>
}

export interface OutputRequest {
  readonly logFile: string
  /** Beginning of the names of the spool files. */
  readonly spool: string
  /** Where guard's own output goes: its descriptors 1 and 2; the same number twice passes both streams to one. */
  readonly targets: readonly [number, number]
  /** Another run may write to the same log meanwhile. */
  readonly isShared: boolean
  /** Undefined: the log grows for as long as the job runs. */
  readonly rotation?: RotationPolicy
  /** Hears what is missing in the log. */
  readonly warn: (text: string) => void
}

/** Before anybody looks at how large the log has become. */
const firstLookMs = 1000

/** A file that the job writes to, and where guard passes it on. */
interface Source {
  readonly fd: number
  readonly file: string
  readonly from: number
  readonly target: number
  readonly spool?: Spool
}

/** Opens a job's log and decides how its output travels. Throws the file system's error. */
export function openJobOutput(request: OutputRequest): JobOutput {
  const {logFile, targets} = request
  const log = openSync(logFile, appendFlags, 0o600)
  const {ino: inode, size: from} = fstatSync(log)
  let cutOff = bytesCutOff(logFile, inode)
  const start = from + cutOff
  const end = () => fstatSync(log).size + cutOff
  const gaps: Gap[] = []
  const spooled = (name: string, target: number): Source => {
    const file = `${request.spool}.${name}`
    const spool = openSpool(file, logFile, (gap) => gaps.push(gap))
    return {fd: spool.fd, file, from: 0, target, spool}
  }
  const out = request.isShared ? spooled('out', targets[0]) : {fd: log, file: logFile, from, target: targets[0]}
  const sources = sameFile(...targets) ? [out] : [out, spooled('err', targets[1])]
  const spools = sources.flatMap(({spool}) => spool ?? [])
  const pumps = sources
    .filter(({target}) => !isNull(target))
    .map(({fd, from, target}) => new Pump(fd, from, target, fd === log ? gaps : []))
  const ofLog = pumps.filter(({source}) => source === log)
  // Once the job is over, the next run puts the log aside as it is: nobody waits for a piece of it, if it is not huge.
  const isLeft = () => isOver && fstatSync(log).size < (request.rotation?.maxSizeBytes ?? 0) * 8
  const mayCut = () => (isLeft() ? 0 : Math.min(...ofLog.map(({passedOn}) => passedOn)))
  const onCut = (bytes: number) => {
    cutOff += bytes
    for (const pump of ofLog) pump.cut(bytes)
  }
  const copy = () => spools.reduce((total, spool) => total + spool.copy(), 0)
  const drain = async (passOn: boolean) => {
    let total = copy()
    if (passOn) for (const pump of pumps) total += await pump.drain()
    return total
  }
  let follower: Follower | undefined
  let limit: Follower | undefined
  let isFollowed = false
  let isOver = false
  const limitSize = async (policy: RotationPolicy) => {
    const {limitLog} = await import('./log-limit.js')
    if (!isOver) limit = limitLog({fd: log, file: logFile, inode, policy, mayCut, onCut})
  }
  return {
    stdout: out.fd,
    stderr: sources.at(-1)?.fd ?? log,
    range: () => {
      copy()
      const to = end()
      return {file: logFile, inode, from: Math.min(start, to), to}
    },
    lastWriteMs: () => Math.max(...sources.map(({fd}) => fstatSync(fd).mtimeMs)),
    tail: (bytes) => sources.map(({fd, from}) => readTail(fd, fd === log ? start - cutOff : from, bytes)).join(''),
    follow: (passOn) => {
      // A retry writes to the same log, and is looked after already.
      if (isFollowed) return
      isFollowed = true
      const {rotation} = request
      // A job that ends sooner leaves its log to the next run, and loads nothing for it.
      if (rotation) callAfter(firstLookMs, () => isOver || limitSize(rotation))
      if (spools.length === 0 && !(passOn && pumps.length > 0)) return
      const files = sources.map(({file}) => file)
      follower = new Follower(() => drain(passOn), files)
      follower.start()
    },
    finish: async (passOn) => {
      isOver = true
      await limit?.stop()
      await follower?.stop()
      await drain(passOn)
      if (end() < start) request.warn(truncatedText(logFile))
      for (const {problem} of pumps) {
        if (problem) request.warn(`not all output was passed on (${problem}); it stands in ${logFile}`)
      }
      for (const spool of spools) {
        const problem = spool.finish()
        if (problem) request.warn(`${logFile} lacks some of the output: ${problem}`)
      }
      closeSync(log)
    },
  }
}

/** A shell's `> /dev/stderr` opens the log anew and empties it, as it does under `>> log 2>&1` in a crontab. */
function truncatedText(logFile: string): string {
  return `${logFile} was emptied by the job; if it writes "> /dev/stderr", make that ">&2"`
}

function sameFile(a: number, b: number): boolean {
  if (a === b) return true
  const [first, second] = [statOf(a), statOf(b)]
  // A closed stream has nobody who could tell the two apart.
  if (!first || !second) return !second
  return first.ino === second.ino && first.dev === second.dev
}

function isNull(fd: number): boolean {
  const stat = statOf(fd)
  return !stat || (stat.isCharacterDevice() && stat.rdev === statSync('/dev/null').rdev)
}

function readTail(fd: number, from: number, bytes: number): string {
  const {size} = fstatSync(fd)
  const start = Math.max(Math.min(from, size), size - bytes, 0)
  const buffer = Buffer.alloc(Math.max(0, size - start))
  return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, start))
}
