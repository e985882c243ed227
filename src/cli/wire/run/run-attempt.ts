import {statSync} from 'node:fs'
import {mayHaveFailed} from '../../../domain/run/outcome.js'
import {isStandalone, programFile} from '../../../system/host/program.js'
import {resolveSecret} from '../../../system/host/secret.js'
import type {AttemptEvidence} from '../../../system/output/collect-evidence.js'
import type {JobOutput} from '../../../system/output/job-output.js'
import type {JobStreams} from '../../../system/output/loggers.js'
import {type JobProcess, startJob} from '../../../system/process/job-process.js'
import type {SupervisedExit} from '../../../system/process/supervise.js'
import type {AttemptTask} from '../../../usecases/run/attempt-job.js'
import type {RunResolved} from '../../../usecases/run/resolve-run.js'
import type {Guard} from '../../guard.js'
import type {LinePrinter} from '../../output/line-printer.js'
import {printWarning} from '../../output/stderr.js'
import type {FleetRunWiring} from '../fleet/fleet-run.js'
import type {superviseJob} from './supervise-job.js'

export interface RunMode {
  /** The job's output goes to standard error, so that standard output is the report alone. */
  readonly json: boolean
  /** The job gets the terminal itself; no log is kept. */
  readonly interactive: boolean
  /** Each run begins with a line in the log. */
  readonly logHeader: boolean
  /** Whether its end may call a person. */
  readonly tells: boolean
  /** The id of the run, if its starter gives one. */
  readonly runId: string | undefined
  readonly slot: string | undefined
  /** Undefined for a job of this machine alone. */
  readonly fleet: FleetRunWiring | undefined
}

export interface RunContext {
  readonly guard: Guard
  readonly run: RunResolved
  readonly mode: RunMode
  readonly runId: string
  /** Whether the state directory can be used. */
  readonly usable: boolean
  /** Folder for files that exist only during a run. */
  readonly spool: string
  readonly resultFile: string
  readonly lines: LinePrinter
  readonly supervised: ReturnType<typeof superviseJob>
}

/** Starts one attempt; its environment says which run it belongs to. */
export async function startAttempt(context: RunContext, task: AttemptTask): Promise<JobProcess> {
  const {guard, run, mode, runId, resultFile, supervised} = context
  const {settings} = run
  const own = Object.entries(settings.env).map(([name, value]) => [
    name,
    resolveSecret(value, `jobs.${run.job}.env.${name}`),
  ])
  const {token, number} = task
  const argv = run.argv()
  const cgroup = await supervised.startIn()
  const streams = openStreams(task.output, mode)
  const input = number > 1 ? task.input?.again() : undefined
  const job = startJob({
    argv,
    env: {
      ...inherited(process.env),
      ...Object.fromEntries(own),
      GUARD_BIN: programFile(),
      // With it, the program that GUARD_BIN names needs no Node on the job's path.
      ...(!isStandalone && {GUARD_NODE: process.execPath}),
      GUARD_JOB: run.job,
      GUARD_RUN_ID: runId,
      GUARD_ATTEMPT: `${number}`,
      ...(guard.hasStateDir && {GUARD_STATE_DIR: guard.stateDir}),
      GUARD_RESULT_FILE: resultFile,
      ...(token !== undefined && {GUARD_LEASE_TOKEN: `${token}`}),
    },
    stdin: input?.stdin ?? 'inherit',
    stdout: streams.stdout,
    stderr: streams.stderr,
    interactive: mode.interactive,
    ...cgroup,
    ...(settings.cwd !== undefined && {cwd: settings.cwd}),
  })
  return job.finally(() => {
    streams.close()
    input?.close()
  })
}

/** Within a run, the run that was resumed is that of the outer job. */
function inherited({GUARD_RESUMED_RUN: resumed, ...env}: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return resumed === undefined || env['GUARD_RUN_ID'] !== undefined ? env : {...env, GUARD_RESUMED_RUN: resumed}
}

/** Without pipes the job gets guard's own streams, and no log is kept. */
function openStreams(output: JobOutput | undefined, {json}: RunMode): JobStreams {
  const own: JobStreams = {stdout: json ? 2 : 'inherit', stderr: 'inherit', close: () => undefined}
  try {
    return output?.openStreams() ?? own
  } catch (error) {
    const {syscall, message} = error as NodeJS.ErrnoException
    if (syscall === undefined) throw error
    printWarning(`${message}; no log is kept`)
    return own
  }
}

export async function collectEvidenceOf(
  {guard, resultFile, lines}: RunContext,
  {job, settings, output, signals}: AttemptTask,
  {begin, exit}: {readonly begin: number; readonly exit: SupervisedExit},
): Promise<AttemptEvidence> {
  const hasResult = statSync(resultFile, {throwIfNoEntry: false}) !== undefined
  const {failures: patterns, exitMap} = settings
  if (!hasResult && !mayHaveFailed({exit, exitMap, result: undefined})) return {}
  // Loaded late: a healthy run has left nothing to read.
  const {collectEvidence} = await import('../../../system/output/collect-evidence.js')
  const {evidenceMask} = await import('./evidence-mask.js')
  const mask = evidenceMask(guard.settings, settings)
  const found = await collectEvidence({
    job,
    output: output?.isReadable() ? output : undefined,
    patterns,
    begin,
    exit,
    exitMap,
    endAsked: signals.aborted.aborted,
    resultFile: hasResult ? resultFile : undefined,
    warn: (text) => lines.say(mask(text)),
  })
  return maskedEvidence(found, mask)
}

function maskedEvidence(found: AttemptEvidence, mask: (text: string) => string): AttemptEvidence {
  const {result, crashed, evidence} = found
  return {
    ...found,
    ...(result?.detail !== undefined && {result: {...result, detail: mask(result.detail)}}),
    ...(crashed !== undefined && {crashed: mask(crashed)}),
    ...(evidence !== undefined && {evidence: mask(evidence)}),
  }
}
