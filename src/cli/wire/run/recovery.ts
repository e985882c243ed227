import {workingDirectory} from '../../../config/settings.js'
import {secretsOf} from '../../../domain/settings/secrets-of.js'
import {GuardError} from '../../../errors.js'
import {alertStream} from '../../../journal/failure-streams.js'
import {writeAlertFile} from '../../../system/host/alert-file.js'
import {secretMask} from '../../../system/host/secret-mask.js'
import type {JobOutput} from '../../../system/output/job-output.js'
import {identifyProcess} from '../../../system/process/identity.js'
import {type RunCommand, runCommand} from '../../../system/process/run-command.js'
import {execIn} from '../../../system/services/exec-step.js'
import {openService} from '../../../system/services/open-service.js'
import {raiseAlert} from '../../../usecases/alert/raise-alert.js'
import type {RecoveryAlert} from '../../../usecases/recovery/recovery-steps.js'
import {openRestartLeases} from '../../../usecases/recovery/restart-lease.js'
import type {RecoveryAdapters} from '../../../usecases/recovery/retry-and-recover.js'
import type {RunRequest} from '../../../usecases/run/run-request.js'
import type {Guard} from '../../guard.js'
import type {LinePrinter} from '../../output/line-printer.js'
import {stepProgress} from '../../output/progress.js'
import {wireLease} from '../lease.js'
import {clearLocksIn} from '../locks.js'

interface RecoveryWiring {
  /** When it is aborted, what the steps have started is ended. */
  readonly signal: AbortSignal
  /** `name` tells the spool files of a run apart. @returns undefined if no log is kept. Throws GuardError `io`. */
  readonly openLog: (logFile: string, name: string) => JobOutput | undefined
  readonly lines: LinePrinter
}

/** Wires the recovery of one run. Throws GuardError. */
export function wireRecovery(
  guard: Guard,
  {job, runId, settings}: RunRequest,
  {signal, openLog, lines}: RecoveryWiring,
): RecoveryAdapters {
  const dir = settings.dir ?? settings.cwd ?? workingDirectory(process.env) ?? '/'
  const mask = secretMask(secretsOf(guard.settings, settings))
  const run: RunCommand = async (command) => {
    const result = await runCommand({...command, signal})
    return {...result, stderr: mask(result.stderr)}
  }
  // A service manager's answer is read first, and masked as evidence.
  const runMasked: RunCommand = async (command) => {
    const result = await run(command)
    return {...result, stdout: mask(result.stdout)}
  }
  const holder = {holder: runId, process: identifyProcess(process.pid)}
  return {
    services: guard.settings.services,
    newestRuns: () => guard.runs().newestFirst(),
    // Opened before the first step: later, restarts by other runs during this recovery would be missed.
    withRestartLease: openRestartLeases({...wireLease(guard), holder, signal, warn: lines.say}),
    show: stepProgress(lines.remark, lines.settled, settings.quiet),
    clearLocks: clearLocksIn(guard, dir),
    openService: (service) => openService(service, run),
    exec: execIn(dir, runMasked),
    mask,
    raiseAlert: (alert) => raise(guard, alert, lines.say),
    writeAlertFile: (name, text) => writeAlertFile(guard.logDir, name, text),
    openRetryOutput: (verification) => openLog(`${guard.logDir}/guardian_retry_${job}.log`, `${runId}-${verification}`),
  }
}

/** An alert that cannot be recorded is at least printed. */
function raise(guard: Guard, alert: RecoveryAlert, say: (text: string) => void): void {
  try {
    raiseAlert({clock: guard.clock, alerts: guard.journal(alertStream)}, alert)
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    say(`not recorded: alert "${alert.message}": ${error.message}`)
  }
}
