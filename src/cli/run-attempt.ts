import {constants, readFileSync, statSync} from 'node:fs'
import type {JobResult} from '../domain/outcome.js'
import type {JobOutput} from '../system/job-output.js'
import {type JobProcess, startJob} from '../system/job-process.js'
import {resolveSecret} from '../system/secret.js'
import type {RunResolved} from '../usecases/resolve-run.js'
import type {AttemptStart, CaughtSignals, RunTraces} from '../usecases/run-job.js'
import type {Guard} from './guard.js'
import {tell} from './tell.js'

export interface RunMode {
  /** The job's output goes to standard error, so that standard output is the report alone. */
  readonly json: boolean
  /** The job gets the terminal itself; no log is kept. */
  readonly interactive: boolean
}

export interface AttemptPlace {
  readonly guard: Guard
  readonly run: RunResolved
  readonly mode: RunMode
  readonly runId: string
  readonly resultFile: string
}

/** Starts one attempt with what a job may know of its run in the environment (contract section 2). */
export async function startAttempt(place: AttemptPlace, start: AttemptStart): Promise<JobProcess> {
  const {guard, run, mode, runId, resultFile} = place
  const {settings} = run
  const own = Object.entries(settings.env).map(([name, value]) => [
    name,
    resolveSecret(value, `jobs.${run.job}.env.${name}`),
  ])
  const {output, token, attempt} = start
  return startJob({
    argv: run.argv(),
    env: {
      ...process.env,
      ...Object.fromEntries(own),
      GUARD_JOB: run.job,
      GUARD_RUN_ID: runId,
      GUARD_ATTEMPT: `${attempt}`,
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
 * From now on guard's signals are the job's, those that came before its start included. A signal that guard was
 * told to ignore by nohup(1) stays ignored.
 */
export function catchSignals(interactive: boolean): CaughtSignals {
  const waiting: NodeJS.Signals[] = []
  let job: JobProcess | undefined
  const take = (signal: NodeJS.Signals) => {
    // The terminal has sent these to the job itself.
    if (interactive && (signal === 'SIGINT' || signal === 'SIGQUIT')) return
    if (signal === 'SIGHUP' && isNohup()) return
    if (job) job.signal(signal)
    else waiting.push(signal)
  }
  for (const signal of forwarded) process.on(signal, take)
  return {
    sendTo: (started) => {
      job = started
      for (const signal of waiting.splice(0)) job.signal(signal)
    },
    release: () => {
      for (const signal of forwarded) process.off(signal, take)
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

/** Reads the result file and, after a failure, the end of the output. The readers are loaded only then. */
export async function readTraces(
  resultFile: string,
  output: JobOutput | undefined,
  failed: boolean,
): Promise<RunTraces> {
  const hasResult = statSync(resultFile, {throwIfNoEntry: false}) !== undefined
  if (!hasResult && !failed) return {result: undefined, crashed: undefined}
  const {crashTailBytes, findCrash, takeResult} = await import('./run-traces.js')
  let result: JobResult | undefined
  if (hasResult) {
    const reading = takeResult(resultFile)
    for (const problem of reading.problems) tell(problem)
    result = reading.result
  }
  return {result, crashed: failed && output ? findCrash(output.tail(crashTailBytes)) : undefined}
}
