import {readdirSync, rmSync} from 'node:fs'
import {GuardError} from '../../errors.js'
import {isDiskFull} from '../../system/host/disk-space.js'
import {isRotationDue, rotateLog} from '../../system/log/rotate.js'
import {type JobOutput, openJobOutput} from '../../system/output/job-output.js'
import {recoverSpool} from '../../system/output/spool.js'
import type {Guard} from '../guard.js'
import {printWarning} from '../stderr.js'
import type {RunContext} from './run-attempt.js'

/**
 * Opens a log for the job's output. Undefined when there can be none: then the output goes straight to the caller.
 * `name` tells the spool files of a run apart.
 */
export function openOutput(place: RunContext, logFile: string, name: string): JobOutput | undefined {
  const {guard, run, mode, spool} = place
  const isShared = run.settings.overlap === 'allow'
  try {
    if (isRotationDue(logFile, guard.settings.logs)) rotateLog(logFile, guard.settings.logs, guard.clock.now())
    // As a write would say it.
    if (isDiskFull(guard.logDir)) throw Object.assign(new Error('the disk is full'), {code: 'ENOSPC', syscall: 'write'})
    return openJobOutput({
      logFile,
      spool: `${spool}/${name}`,
      targets: mode.json ? [2, 2] : [1, 2],
      isShared,
      // Two that cut the same log would be in each other's way.
      ...(!isShared && {rotation: guard.settings.logs}),
      warn: printWarning,
    })
  } catch (error) {
    const cause = error as NodeJS.ErrnoException
    if (cause.syscall === undefined) throw error
    const failure = new GuardError('io', `${logFile}: ${cause.message}`, [], {cause})
    tolerate(failure, run.settings.onStateError, 'no log is kept')
    return undefined
  }
}

/** For what lives as long as a run: result files, and output that is told apart. */
export function spoolDir(guard: Guard): string {
  return `${guard.stateDir}/spool`
}

/** The standard error of a run whose guard was killed may stand in its spool alone; nobody asks for its result. */
export function recoverSpools(guard: Guard, job: string, runId: string): void {
  try {
    for (const name of readdirSync(spoolDir(guard)).filter((file) => file.includes(runId))) {
      const file = `${spoolDir(guard)}/${name}`
      if (/\.(out|err)$/.test(name)) recoverSpool(file, guard.logFileOf(job))
      else if (name.endsWith('.json')) rmSync(file, {recursive: true, force: true})
    }
  } catch (error) {
    const {syscall, message} = error as NodeJS.ErrnoException
    if (syscall === undefined) throw error
    printWarning(`output of run ${runId} left in ${spoolDir(guard)}: ${message}`)
  }
}

/** A state directory that cannot be used stops no job, unless the job's settings say that it must. */
export function tolerate(error: unknown, onStateError: 'run' | 'refuse', consequence: string): void {
  const isState = error instanceof GuardError && (error.kind === 'io' || error.kind === 'no-state')
  if (!isState) throw error
  if (onStateError === 'refuse')
    throw new GuardError('io', `not run, for onStateError is refuse: ${error.message}`, error.hints, {cause: error})
  printWarning(`${error.message}; ${consequence}`)
}
