import {monotonicMs} from '../host/clock.js'

/** Limits of one attempt, in milliseconds; undefined and 0 mean no limit. */
export interface WatchedLimits {
  readonly timeoutMs: number | undefined
  readonly silenceMs: number | undefined
  /** When the job last wrote output, by the wall clock. */
  readonly lastWriteMs: () => number
}

interface LimitWatch {
  readonly passed: Promise<'timeout' | 'silence'>
  cancel(): void
}

/** Between two looks at the clock at the least and at the most. */
const leastSliceMs = 1000
const mostSliceMs = 60_000
/** How much of the delay of a timer may be load; the rest is taken for a time in which guard was stopped. */
const latenessMs = 1000

/**
 * Watches the limits of a job. Time is counted in slices, of which one that ends late counts only a second more: while
 * guard was stopped, its job was stopped too, or could not be heard.
 */
export function watchLimits({timeoutMs, silenceMs, lastWriteMs}: WatchedLimits): LimitWatch {
  const cancels: (() => void)[] = []
  const passed = new Promise<'timeout' | 'silence'>((resolve) => {
    if (timeoutMs !== undefined && timeoutMs > 0) {
      let restMs = timeoutMs
      const spend = (ms: number) => {
        restMs -= ms
        return restMs
      }
      cancels.push(countSlices(timeoutMs, spend, () => resolve('timeout')))
    }
    if (silenceMs !== undefined && silenceMs > 0)
      cancels.push(countSlices(silenceMs, silenceOf(silenceMs, lastWriteMs), () => resolve('silence')))
  })
  return {
    passed,
    cancel: () => {
      for (const cancel of cancels) cancel()
    },
  }
}

/** Counts the time without output. It starts with the run, because the log may be older. */
function silenceOf(silenceMs: number, lastWriteMs: () => number): (ms: number) => number {
  let quietMs = 0
  let writtenMs = lastWriteMs()
  return (ms) => {
    const lastMs = lastWriteMs()
    // The wall clock may have been set meanwhile.
    quietMs = lastMs === writtenMs ? quietMs + ms : Math.min(Math.max(Date.now() - lastMs, 0), ms)
    writtenMs = lastMs
    return silenceMs - quietMs
  }
}

/** `spend` counts a time and returns what is left of the limit. @returns what ends the counting */
function countSlices(limitMs: number, spend: (ms: number) => number, onPassed: () => void): () => void {
  const mostMs = Math.min(Math.max(limitMs / 20, leastSliceMs), mostSliceMs)
  let timer: NodeJS.Timeout | undefined
  const next = (restMs: number) => {
    const sliceMs = Math.min(Math.ceil(restMs), mostMs)
    const beganMs = monotonicMs()
    timer = setTimeout(() => {
      const leftMs = spend(Math.min(monotonicMs() - beganMs, sliceMs + latenessMs))
      if (leftMs > 0) next(leftMs)
      else onPassed()
    }, sliceMs)
  }
  next(limitMs)
  return () => clearTimeout(timer)
}
