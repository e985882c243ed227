import {constants, readFileSync} from 'node:fs'
import type {JobProcess} from './job-process.js'

/** Guard's own signals: passed on to the job while it runs; before and after, they end guard's waiting. */
export interface CaughtSignals {
  readonly aborted: AbortSignal
  sendTo(job: JobProcess | undefined): void
  /** Stops what guard would do after the job, as a signal that asks for an end does. */
  end(): void
  /** Restores the default effect of a signal; with `exitCode`, guard ends with that code instead of by the signal. */
  release(exitCode?: number): void
}

/** Signals that guard passes on to its job (contract section 2). */
const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const

/**
 * From now on guard's signals are the job's, including those that come before it starts. Those that ask for an end also
 * stop what guard would do after the job. A SIGHUP that nohup(1) made guard ignore stays ignored.
 */
export function catchSignals(interactive: boolean): CaughtSignals {
  const waiting: NodeJS.Signals[] = []
  // Made on demand: the first AbortController of a process costs 0.3 ms, and a healthy run needs none.
  let ending: AbortController | undefined
  const theEnding = () => {
    ending ??= new AbortController()
    return ending
  }
  let job: JobProcess | undefined
  let hasBegun = false
  let release: {readonly exitCode: number | undefined} | undefined
  const take = (signal: NodeJS.Signals) => {
    if (release) {
      if (release.exitCode !== undefined) process.exit(release.exitCode)
      process.off(signal, take)
      process.kill(process.pid, signal)
      return
    }
    // The terminal has sent these to the job itself.
    if (interactive && (signal === 'SIGINT' || signal === 'SIGQUIT')) return
    if (signal === 'SIGHUP' && isNohup()) return
    if (!signal.startsWith('SIGUSR')) theEnding().abort()
    if (job) job.signal(signal)
    else if (!hasBegun) waiting.push(signal)
  }
  for (const signal of forwarded) process.on(signal, take)
  return {
    get aborted() {
      return theEnding().signal
    },
    sendTo: (started) => {
      job = started
      hasBegun = true
      for (const signal of waiting.splice(0)) job?.signal(signal)
    },
    end: () => theEnding().abort(),
    release: (exitCode) => {
      // The handlers stay: removing them costs time at the end of every run.
      release = {exitCode}
    },
  }
}

/**
 * Whether nohup(1) started guard at a terminal. Node resets ignored signals at its start, but only nohup leaves a
 * standard input that cannot be read.
 */
function isNohup(): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync('/proc/self/fdinfo/0', 'latin1'))?.[1] ?? '0'
    return (Number.parseInt(flags, 8) & 3) === constants.O_WRONLY
  } catch {
    return false
  }
}
