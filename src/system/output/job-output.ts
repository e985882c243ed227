import {closeSync, fstatSync, readSync} from 'node:fs'
import type {LogRange} from '../../domain/run/run.js'
import {callAfter} from '../host/clock.js'
import {ChangeWaiter} from '../log/change-waiter.js'
import type {RotationPolicy} from '../log/rotate.js'
import type {Stream} from '../process/job-command.js'
import {type Gap, OutputForwarder} from './forward-output.js'
import {OpenLog} from './open-log.js'
import {isNull, openSources} from './sources.js'
import type {Spool} from './spool.js'

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

interface OutputRequest {
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

/** Opens a job's log and decides how its output travels. Throws the file system's error. */
export function openJobOutput(request: OutputRequest): JobOutput {
  const {rotation} = request
  const log = new OpenLog(request.logFile)
  const gaps: Gap[] = []
  const sources = openSources(request, log, (gap) => gaps.push(gap))
  const spools = sources.flatMap(({spool}) => spool ?? [])
  const pumps = sources
    .filter(({target}) => !isNull(target))
    .map(({fd, from, target}) => new OutputForwarder(fd, from, target, fd === log.fd ? gaps : []))
  const copy = () => spools.reduce((total, spool) => total + spool.copy(), 0)
  const drain = async (passOn: boolean) => {
    let total = copy()
    if (passOn) for (const pump of pumps) total += await pump.drain()
    return total
  }
  let follower: ChangeWaiter | undefined
  let limit: ChangeWaiter | undefined
  let isFollowed = false
  let isOver = false
  const limitSize = async (policy: RotationPolicy) => {
    const {limitLog} = await import('../log/size-limit.js')
    if (!isOver) limit = limitLog({...log.cutting(pumps, () => isOver, policy), policy})
  }
  return {
    stdout: sources[0]?.fd ?? log.fd,
    stderr: sources.at(-1)?.fd ?? log.fd,
    range: () => {
      copy()
      return log.range()
    },
    lastWriteMs: () => Math.max(...sources.map(({fd}) => fstatSync(fd).mtimeMs)),
    tail: (bytes) => sources.map(({fd, from}) => readTail(fd, fd === log.fd ? log.from : from, bytes)).join(''),
    follow: (passOn) => {
      // A retry writes to the same log, and is looked after already.
      if (isFollowed) return
      isFollowed = true
      // A job that ends sooner leaves its log to the next run, and loads nothing for it.
      if (rotation) callAfter(firstLookMs, () => isOver || limitSize(rotation))
      if (spools.length === 0 && !(passOn && pumps.length > 0)) return
      const files = sources.map(({file}) => file)
      follower = new ChangeWaiter(() => drain(passOn), files)
      follower.start()
    },
    finish: async (passOn) => {
      isOver = true
      await limit?.stop()
      await follower?.stop()
      await drain(passOn)
      for (const problem of problemsOf(log, pumps, spools)) request.warn(problem)
      closeSync(log.fd)
    },
  }
}

function* problemsOf(log: OpenLog, pumps: readonly OutputForwarder[], spools: readonly Spool[]): Iterable<string> {
  if (log.wasEmptied()) yield truncatedText(log.file)
  for (const {problem} of pumps) {
    if (problem) yield `not all output was passed on (${problem}); it stands in ${log.file}`
  }
  for (const spool of spools) {
    const problem = spool.finish()
    if (problem) yield `${log.file} lacks some of the output: ${problem}`
  }
}

/** A shell's `> /dev/stderr` opens the log anew and empties it, as it does under `>> log 2>&1` in a crontab. */
function truncatedText(logFile: string): string {
  return `${logFile} was emptied by the job; if it writes "> /dev/stderr", make that ">&2"`
}

function readTail(fd: number, from: number, bytes: number): string {
  const {size} = fstatSync(fd)
  const start = Math.max(Math.min(from, size), size - bytes, 0)
  const buffer = Buffer.alloc(Math.max(0, size - start))
  return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, start))
}
