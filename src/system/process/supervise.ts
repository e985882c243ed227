import type {StopReport} from '../../domain/run/stop-report.js'
import {endsWithin} from '../host/clock.js'
import {identifyProcess} from './identity.js'
import type {JobExit} from './job-command.js'
import type {JobProcess} from './job-process.js'
import {type WatchedLimits, watchLimits} from './watch-limits.js'

/** Limits of one attempt, in milliseconds; undefined means no limit. */
export interface AttemptLimits extends WatchedLimits {
  /** From TERM to KILL. */
  readonly killAfterMs: number
  /** Resolves when the reader of the output has gone; undefined if the job does not end with it. */
  readonly readerGone?: Promise<void> | undefined
  /** Resolves with the signal by which guard, and so the job, was asked to end. */
  readonly endAsked?: Promise<NodeJS.Signals>
}

export interface SupervisedExit extends JobExit {
  readonly timedOut: boolean
  readonly silent: boolean
  /** The job was ended because the reader of its output has gone. */
  readonly readerGone?: boolean
  /** Present if guard stopped the job, or saw to its end after a signal. */
  readonly stopped?: StopReport
}

/** How long the exit of a process that has ended may take to be read. */
const readExitMs = 1000

/** Ends a job with all its processes: TERM, unless `sent` has asked its group to end, then KILL. */
type StopJob = (job: JobProcess, killAfterMs: number, sent: NodeJS.Signals | undefined) => Promise<StopReport>

/** Waits for a job, and ends it when it passes a limit. It may resolve before the job's end if nothing ends that. */
export async function supervise(job: JobProcess, limits: AttemptLimits, stopJob: StopJob): Promise<SupervisedExit> {
  const watched = watchLimits(limits)
  let exit: JobExit | undefined
  const exited = job.exited.then((ended) => {
    exit = ended
    return undefined
  })
  let sent: NodeJS.Signals | undefined
  const asked = limits.endAsked?.then((signal) => {
    sent = signal
    return 'end-asked' as const
  })
  const gone = limits.readerGone?.then(() => 'reader-gone' as const)
  const first = await Promise.race([exited, watched.passed, ...(gone ? [gone] : []), ...(asked ? [asked] : [])])
  watched.cancel()
  const passed = first && !(await hasEnded(job)) ? first : undefined
  const isOver = passed === undefined || (passed === 'reader-gone' && (await breakPipe(job, limits.killAfterMs)))
  const stopped = isOver ? undefined : await stopJob(job, limits.killAfterMs, passed === 'end-asked' ? sent : undefined)
  if (!exit) job.forget()
  return {
    ...(exit ?? {code: undefined, signal: sent}),
    timedOut: passed === 'timeout',
    silent: passed === 'silence',
    ...(passed === 'reader-gone' && {readerGone: true}),
    ...(stopped && {stopped}),
  }
}

/** Whether the job ended before its limit was noticed. Its exit is waited for, as it may not have been read yet. */
async function hasEnded(job: JobProcess): Promise<boolean> {
  return identifyProcess(job.pid) === undefined && (await endsWithin(job.exited, readExitMs))
}

/** What the kernel does to a job that writes to a pipe without a reader. @returns whether the job has ended by it */
function breakPipe(job: JobProcess, killAfterMs: number): Promise<boolean> {
  job.signal('SIGPIPE')
  return endsWithin(job.exited, killAfterMs)
}
