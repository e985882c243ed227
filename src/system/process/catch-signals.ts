import {callAfter} from '../host/clock.js'
import type {JobProcess} from './job-process.js'
import type {Leaving, Release} from './leave-soon.js'
import {isIgnored} from './own-signals.js'

/** Guard's own signals: passed on to the job while it runs; before and after, they end guard's waiting. */
export interface CaughtSignals {
  readonly aborted: AbortSignal
  /** Resolves with the first signal that asks for an end and was passed on to the job. */
  readonly endAsked: Promise<NodeJS.Signals>
  /** Whether a signal has asked for an end. */
  wasAsked(): boolean
  sendTo(job: JobProcess | undefined): void
  /** Stops what guard would do after the job, as a signal that asks for an end does; `why` becomes the reason of `aborted`. */
  end(why: string): void
  /** Ends the job as well, as TERM to guard does. */
  terminate(why: string): void
  /**
   * Restores the default effect of a signal; with `exitCode`, guard ends with that code instead of by the signal.
   *
   * @param abandon called before that: gives up what still waits for the reader of its output
   */
  release(exitCode?: number, abandon?: () => void): void
}

/** Signals that guard passes on to its job. */
const forwarded = [
  ...(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const),
  ...(['SIGALRM', 'SIGVTALRM', 'SIGWINCH', 'SIGTSTP', 'SIGCONT'] as const),
]

/** Those that ask for an end, and are followed by KILL after a time. With QUIT the job is to leave a core file. */
const ending: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** Without a handler they change nothing, so they need not wait for the job. */
const harmless: readonly NodeJS.Signals[] = ['SIGWINCH', 'SIGCONT']

/** What a terminal sends to the job itself. */
const fromTerminal: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT', 'SIGWINCH', 'SIGCONT']

/**
 * From now on guard's signals are the job's, including those that come before it starts. Those that ask for an end also
 * stop what guard would do after the job. What the caller ignores stays ignored.
 */
export function catchSignals(interactive: boolean): CaughtSignals {
  const waiting: NodeJS.Signals[] = []
  // Made on demand: the first AbortController of a process is slow to make, and a healthy run needs none.
  let abort: AbortController | undefined
  const theAbort = () => {
    abort ??= new AbortController()
    return abort
  }
  const {endAsked, ask} = awaitedEnd()
  let asked: NodeJS.Signals | undefined
  let job: JobProcess | undefined
  let hasBegun = false
  let release: Release | undefined
  const take = (signal: NodeJS.Signals) => {
    // The runtime has reset what the caller ignores, as nohup(1) does with HUP.
    if (isIgnored(signal)) return
    if (signal === 'SIGTSTP') {
      if (hasBegun || interactive) return stopBoth(interactive ? undefined : job)
      // The job may have been started and not be known here yet; alone, it would go on.
      return callAfter(startMs, () => stopBoth(job))
    }
    if (release) {
      if (!harmless.includes(signal)) leave({...release, signal, handler: take, isAtWork: false})
      return
    }
    if (interactive && fromTerminal.includes(signal)) return
    if (ending.includes(signal) || signal === 'SIGQUIT') {
      asked = signal
      theAbort().abort(`guard was sent ${signal}`)
    }
    if (job) job.signal(signal)
    else if (!hasBegun && !harmless.includes(signal)) waiting.push(signal)
    if (ending.includes(signal)) ask(signal)
  }
  for (const signal of forwarded) process.on(signal, take)
  return {
    get aborted() {
      return theAbort().signal
    },
    ...{endAsked, wasAsked: () => asked !== undefined},
    sendTo: (started) => {
      job = started
      hasBegun = true
      for (const signal of waiting.splice(0)) job?.signal(signal)
    },
    end: (why) => theAbort().abort(why),
    terminate: (why) => {
      theAbort().abort(why)
      if (job) job.signal('SIGTERM')
      else if (!hasBegun) waiting.push('SIGTERM')
      ask('SIGTERM')
    },
    release: (exitCode, abandon = () => undefined) => {
      // The handlers stay: removing them costs time at the end of every run.
      release = {exitCode, abandon}
      if (asked && exitCode !== undefined) leave({...release, signal: asked, handler: take, isAtWork: true})
    },
  }
}

/** Loaded late: few runs are ended by a signal. */
async function leave(leaving: Leaving): Promise<void> {
  const {leaveSoon} = await import('./leave-soon.js')
  leaveSoon(leaving)
}

function awaitedEnd(): Pick<CaughtSignals, 'endAsked'> & {readonly ask: (signal: NodeJS.Signals) => void} {
  let ask: (signal: NodeJS.Signals) => void = () => undefined
  const endAsked = new Promise<NodeJS.Signals>((resolve) => {
    ask = resolve
  })
  return {endAsked, ask}
}

/** Within it a job that is started is known here. Milliseconds. */
const startMs = 100

/** STOP, because the kernel ignores the TSTP of a group that has no shell above it in its session. */
function stopBoth(job: JobProcess | undefined): void {
  job?.signal('SIGSTOP')
  process.kill(process.pid, 'SIGSTOP')
}
