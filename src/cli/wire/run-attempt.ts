import {constants, readFileSync, statSync} from 'node:fs'
import {isStandalone, programFile} from '../../system/host/program.js'
import {resolveSecret} from '../../system/host/secret.js'
import {type JobProcess, startJob} from '../../system/process/job-process.js'
import type {SupervisedExit} from '../../system/process/supervise.js'
import type {AttemptEvidence, AttemptTask, CaughtSignals} from '../../usecases/run/attempt-job.js'
import type {RunResolved} from '../../usecases/run/resolve-run.js'
import type {Guard} from '../guard.js'

export interface RunMode {
  /** The job's output goes to standard error, so that standard output is the report alone. */
  readonly json: boolean
  /** The job gets the terminal itself; no log is kept. */
  readonly interactive: boolean
}

export interface RunContext {
  readonly guard: Guard
  readonly run: RunResolved
  readonly mode: RunMode
  readonly runId: string
  /** Folder for what exists during a run alone. */
  readonly spool: string
  readonly resultFile: string
}

/** Starts one attempt with what a job may know of its run in the environment (contract section 2). */
export async function startAttempt(place: RunContext, task: AttemptTask): Promise<JobProcess> {
  const {guard, run, mode, runId, resultFile} = place
  const {settings} = run
  const own = Object.entries(settings.env).map(([name, value]) => [
    name,
    resolveSecret(value, `jobs.${run.job}.env.${name}`),
  ])
  const {output, token, number} = task
  return startJob({
    argv: run.argv(),
    env: {
      ...process.env,
      ...Object.fromEntries(own),
      GUARD_BIN: programFile(),
      // With it, the program that GUARD_BIN names needs no Node on the job's path.
      ...(!isStandalone && {GUARD_NODE: process.execPath}),
      GUARD_JOB: run.job,
      GUARD_RUN_ID: runId,
      GUARD_ATTEMPT: `${number}`,
      GUARD_STATE_DIR: guard.stateDir,
      GUARD_RESULT_FILE: resultFile,
      ...(token !== undefined && {GUARD_LEASE_TOKEN: `${token}`}),
    },
    stdout: output?.stdout ?? (mode.json ? 2 : 'inherit'),
    stderr: output?.stderr ?? 'inherit',
    interactive: mode.interactive,
    ...(settings.cwd !== undefined && {cwd: settings.cwd}),
  })
}

/** Signals that guard hands on to its job (contract section 2). */
const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const

/**
 * From now on guard's signals are the job's, those that came before its start included; those that ask for an end stop
 * what guard would do after the job, too. A signal that guard was told to ignore by nohup(1) stays ignored.
 */
export function catchSignals(interactive: boolean): CaughtSignals {
  const waiting: NodeJS.Signals[] = []
  // Made when somebody asks for it, which a healthy run does not: the first one of a process costs 0.3 ms.
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
    release: (exitCode) => {
      // The handlers stay: to take them away is work for each of them, and the end is near.
      release = {exitCode}
    },
  }
}

/**
 * Whether guard was started by nohup(1) at a terminal. Node forgets at its start that a signal was to be ignored, but
 * nohup leaves a mark that nobody else does: a standard input that cannot be read.
 */
function isNohup(): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync('/proc/self/fdinfo/0', 'latin1'))?.[1] ?? '0'
    return (Number.parseInt(flags, 8) & 3) === constants.O_WRONLY
  } catch {
    return false
  }
}

const noTraces: AttemptEvidence = {
  result: undefined,
  crashed: undefined,
  class: undefined,
  evidence: undefined,
  retryAfter: undefined,
}

/** A healthy run has left nothing to read, and loads no reader. */
export async function collectEvidence(
  {resultFile}: RunContext,
  task: AttemptTask,
  {begin, exit}: {readonly begin: number; readonly exit: SupervisedExit},
): Promise<AttemptEvidence> {
  const hasResult = statSync(resultFile, {throwIfNoEntry: false}) !== undefined
  if (!hasResult && exit.code === 0) return noTraces
  const traces = await import('./collect-evidence.js')
  return traces.collectEvidence({task, begin, exit, resultFile: hasResult ? resultFile : undefined})
}
