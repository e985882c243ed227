import {endsWithin, longestTimerMs} from '../host/clock.js'
import type {JobExit} from './job-command.js'
import type {JobProcess} from './job-process.js'

/** Limits of one attempt, in milliseconds; undefined means no limit. */
export interface AttemptLimits {
  readonly timeoutMs: number | undefined
  readonly silenceMs: number | undefined
  /** From TERM to KILL. */
  readonly killAfterMs: number
  /** When the job last wrote output, by the wall clock. */
  readonly lastWriteMs: () => number
  /** Resolves when the reader of the output has gone; undefined if the job does not end with it. */
  readonly readerGone?: Promise<void> | undefined
}

export interface SupervisedExit extends JobExit {
  readonly timedOut: boolean
  readonly silent: boolean
  /** The job was ended because the reader of its output has gone. */
  readonly readerGone?: boolean
}

/** Ends a job with all its processes: TERM, then KILL. */
type StopJob = (job: JobProcess, killAfterMs: number) => Promise<void>

/** Waits for a job, and ends it when it passes a limit. */
export async function supervise(job: JobProcess, limits: AttemptLimits, stopJob: StopJob): Promise<SupervisedExit> {
  const watched = watchLimits(limits)
  const gone = limits.readerGone?.then(() => 'reader-gone' as const)
  const exited = job.exited.then(() => undefined)
  const passed = await Promise.race([exited, watched.passed, ...(gone ? [gone] : [])])
  watched.cancel()
  const isOver = passed === 'reader-gone' && (await breakPipe(job, limits.killAfterMs))
  if (passed && !isOver) await stopJob(job, limits.killAfterMs)
  const exit = {...(await job.exited), timedOut: passed === 'timeout', silent: passed === 'silence'}
  return passed === 'reader-gone' ? {...exit, readerGone: true} : exit
}

/** What the kernel does to a job that writes to a pipe without a reader. @returns whether the job has ended by it */
function breakPipe(job: JobProcess, killAfterMs: number): Promise<boolean> {
  job.signal('SIGPIPE')
  return endsWithin(job.exited, killAfterMs)
}

interface WatchedLimits {
  readonly passed: Promise<'timeout' | 'silence'>
  cancel(): void
}

function watchLimits({timeoutMs, silenceMs, lastWriteMs}: AttemptLimits): WatchedLimits {
  const timers: {timeout?: NodeJS.Timeout; silence?: NodeJS.Timeout} = {}
  const passed = new Promise<'timeout' | 'silence'>((resolve) => {
    if (timeoutMs !== undefined && timeoutMs > 0) {
      const deadline = performance.now() + timeoutMs
      const check = () => {
        const restMs = deadline - performance.now()
        if (restMs <= 0) resolve('timeout')
        else timers.timeout = setTimeout(check, Math.min(Math.ceil(restMs), longestTimerMs))
      }
      check()
    }
    if (silenceMs === undefined || silenceMs <= 0) return
    const check = () => {
      // Silence counts from the start of the run at the earliest, because the log may be older.
      const restMs = Math.max(lastWriteMs(), startedMs) + silenceMs - Date.now()
      if (restMs <= 0) resolve('silence')
      else timers.silence = setTimeout(check, Math.min(restMs, silenceMs, longestTimerMs))
    }
    const startedMs = Date.now()
    timers.silence = setTimeout(check, Math.min(silenceMs, longestTimerMs))
  })
  return {
    passed,
    cancel: () => {
      clearTimeout(timers.timeout)
      clearTimeout(timers.silence)
    },
  }
}
