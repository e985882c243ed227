import {workingDirectory} from '../../config/settings.js'
import {formatDuration} from '../../domain/clock/duration.js'
import {GuardError} from '../../errors.js'
import {alertStream} from '../../journal/failure-streams.js'
import {writeAlertFile} from '../../system/host/alert-file.js'
import {identifyProcess} from '../../system/process/identity.js'
import {type RunCommand, runCommand} from '../../system/process/run-command.js'
import {execIn} from '../../system/services/exec-step.js'
import {openService} from '../../system/services/open-service.js'
import {raiseAlert} from '../../usecases/alert/raise-alert.js'
import type {RecoveryAlert} from '../../usecases/recovery/recovery-steps.js'
import {openRestartLeases, type WithRestartLease} from '../../usecases/recovery/restart-lease.js'
import {type RetryAndRecoverTask, retryAndRecover} from '../../usecases/recovery/retry-and-recover.js'
import {type RecoveryDeps, runRecovery} from '../../usecases/recovery/run-recovery.js'
import type {Attempt, AttemptDeps} from '../../usecases/run/attempt-job.js'
import type {RunEnd} from '../../usecases/run/run-end.js'
import {recorder} from '../../usecases/run/run-records.js'
import type {Guard} from '../guard.js'
import {stepProgress} from '../progress.js'
import {printWarning} from '../stderr.js'
import {wireLease} from './lease.js'
import {clearLocksIn} from './locks.js'
import type {RunContext} from './run-attempt.js'
import {retryTokens} from './run-breaker.js'
import {openOutput} from './run-output.js'

/** Ties retries and recovery to the world. Loaded only after a failure. */
export async function mend(place: RunContext, deps: AttemptDeps, task: RetryAndRecoverTask): Promise<RunEnd> {
  try {
    return await mendWith(place, deps, task)
  } catch (error) {
    // Whatever becomes of healing, the job's own exit code must arrive.
    if (!(error instanceof GuardError)) throw error
    printWarning(`${task.job} is not recovered: ${error.message}`)
    return {attempt: task.attempt, attempts: 1, recovered: false}
  }
}

function mendWith(place: RunContext, deps: AttemptDeps, task: RetryAndRecoverTask): Promise<RunEnd> {
  const {guard, runId, mode} = place
  const {settings, job, first} = task
  const retryLog = `${guard.logDir}/guardian_retry_${job}.log`
  let verifications = 0
  return retryAndRecover(
    {
      ...deps,
      retry: {
        clock: guard.clock,
        random: Math.random,
        signal: first.signals.aborted,
        takeToken: retryTokens(guard, settings, job),
        onRetry: ({attempt, afterMs, reason}) =>
          printWarning(
            `${job}: attempt ${attempt} failed (${reason}), the next in ${formatDuration(Math.round(afterMs))}`,
          ),
      },
      openRetryOutput: () =>
        first.output && !mode.interactive ? openOutput(place, retryLog, `${runId}-${++verifications}`) : undefined,
      heal: (trouble, verify) =>
        runRecovery(healDeps(place, task, verify), {...trouble, settings, services: guard.settings.services}),
    },
    task,
  )
}

function healDeps(place: RunContext, task: RetryAndRecoverTask, verify: () => Promise<Attempt>): RecoveryDeps<Attempt> {
  const {guard, runId} = place
  const {settings, job, first} = task
  const dir = settings.dir ?? settings.cwd ?? workingDirectory(process.env) ?? '/'
  const run: RunCommand = (command) => runCommand({...command, signal: first.signals.aborted})
  return {
    clock: guard.clock,
    signal: first.signals.aborted,
    verify,
    newestRuns: () => guard.runs().newestFirst(),
    withRestartLease: turnsOf(place, first.signals.aborted),
    recordStep: (step) => recorder({runs: guard.runs(), warn: printWarning}, {job, run: runId}).stepEnded(step),
    show: stepProgress(printWarning),
    clearLocks: clearLocksIn(guard, dir),
    openService: (service) => openService(service, run),
    exec: execIn(dir, run),
    raiseAlert: (alert) => raise(guard, alert),
    writeAlertFile: (name, text) => writeAlertFile(guard.logDir, name, text),
  }
}

/** Opened at the first restart it would not know what was restarted since the recovery began. */
function turnsOf({guard, runId}: RunContext, signal: AbortSignal): WithRestartLease {
  const holder = {holder: runId, process: identifyProcess(process.pid)}
  return openRestartLeases({...wireLease(guard), holder, signal, warn: printWarning})
}

/** An alert that cannot be written is at least said. */
function raise(guard: Guard, alert: RecoveryAlert): void {
  try {
    raiseAlert({clock: guard.clock, alerts: guard.journal(alertStream)}, alert)
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    printWarning(`not recorded: alert "${alert.message}": ${error.message}`)
  }
}
