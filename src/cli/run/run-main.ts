import type {Hash} from 'node:crypto'
import {existsSync, statSync} from 'node:fs'
import {resolve} from 'node:path'
import {workingDirectory} from '../../config/settings.js'
import {GuardError} from '../../errors.js'
import {commandOfScript} from '../../system/process/script.js'
import {type RunResolved, resolveRun} from '../../usecases/run/resolve-run.js'
import {runJob} from '../../usecases/run/run-job.js'
import type {Call} from '../command/definition.js'
import type {RunTarget} from '../command/split-argv.js'
import type {Guard} from '../guard.js'
import {printWarning} from '../output/stderr.js'
import {isTerminal} from '../output/terminal.js'
import {wireRun} from '../wire/run/run.js'
import type {RunFlags, runOptions} from './run-options.js'
import {settingsOfFlags} from './run-settings.js'

/** `guard run`, from its call to the exit code, with Node's own modules only. */
export async function runMain({flags, target, json, openGuard}: Call<typeof runOptions>): Promise<void> {
  const guard = await openGuard()
  // A job that is refused must be on record, even if no job has run yet.
  if (guard.settings.wrong && !flags.plan) (await import('../settings/say-settings.js')).recordWrongSettings(guard)
  const run = await resolved(guard, flags, target)
  // On a terminal only: in a crontab the words behind the name are meant for the job.
  if (target.form === 'script' && isTerminal('stderr')) (await import('./stray-flags.js')).warnOfStrayFlags(target.argv)
  if (flags.plan) {
    const {printPlan} = await import('../render/run-plan.js')
    return printPlan(guard, run, json)
  }
  // Loaded late: only the scheduler names a slot, and who starts jobs of a fleet by other means.
  const slot =
    flags.slot === undefined
      ? undefined
      : (await import('../scheduler/checked-slot.js')).checkedSlot(flags.slot, run.job)
  // Loaded late: few jobs are of a fleet.
  const isOfFleet = run.settings.scope === 'fleet'
  const fleet = isOfFleet
    ? (await import('../wire/fleet/fleet-run.js')).openFleetRun(guard, run, {
        slot,
        hasNone: flags.slot !== undefined && slot === undefined,
      })
    : undefined
  const id = flags['run-id']
  const {deps, request, afterwards} = wireRun(guard, run, {
    json,
    interactive: flags.interactive === true,
    logHeader: flags['no-log-header'] !== true && guard.settings.logs.headers,
    tells: flags['no-alert'] !== true,
    runId: id === undefined ? undefined : (await import('./checked-run-id.js')).checkedRunId(id),
    slot,
    fleet,
  })
  if (process.pid === 1) printWarning(firstProcess)
  const report = await runJob(deps, request)
  process.exitCode = report.exitCode
  // Loaded late: programs ask for the report, crontabs do not.
  if (json) await import('../render/run-report.js').then(({printReport}) => printReport(report)).catch(warnOfRest)
  await afterwards(report).catch(warnOfRest)
}

/** Throws GuardError as `resolveRun`. A job that is refused for its settings is told as one that failed. */
async function resolved(guard: Guard, flags: RunFlags, target: RunTarget): Promise<RunResolved> {
  const {settings} = guard
  const named = {...target, jobFlag: flags.job, flags: settingsOfFlags(flags)}
  try {
    return resolveRun({settings, commandOfScript, absolute, asNamed, exists, digest, path: process.env['PATH']}, named)
  } catch (error) {
    const job = error instanceof GuardError && error.kind === 'config' ? error.details['job'] : undefined
    if (typeof job === 'string' && !flags.plan && flags['no-alert'] !== true) {
      const {leaveDelivererOfRefused} = await import('../alerts/leave-deliverer.js')
      await leaveDelivererOfRefused(guard, job).catch(warnOfRest)
    }
    throw error
  }
}

/** The run is over and recorded, so nothing changes its exit code. */
function warnOfRest(error: unknown): void {
  printWarning(`what follows a run was not done: ${error instanceof Error ? error.message : error}`)
}

/** Neither runtime waits for a process that it has not started. */
const firstProcess = 'as process 1, guard cannot reap orphans: run the container with --init, or start guard by tini'

/** In a working directory that was removed, nothing can be said about a word. */
function exists(path: string): boolean {
  return workingDirectory(process.env) === undefined || existsSync(path)
}

function absolute(path: string, folder = '.'): string {
  return pathFrom(workingDirectory(process.env), folder, path)
}

function asNamed(path: string, folder = '.'): string {
  return pathFrom(namedDirectory(), folder, path)
}

/** If the working directory was removed, a relative path stays as it is. */
function pathFrom(cwd: string | undefined, folder: string, path: string): string {
  return cwd === undefined ? path : resolve(cwd, folder, path)
}

/** The working directory by the links it was reached by, as in `pwd`: a crontab line keeps its name after a deployment. */
function namedDirectory(): string | undefined {
  const cwd = workingDirectory(process.env)
  const named = process.env['PWD']
  if (cwd === undefined || !named?.startsWith('/') || named === cwd) return cwd
  const [one, other] = [cwd, named].map((path) => statSync(path, {throwIfNoEntry: false}))
  return one && other && one.ino === other.ino && one.dev === other.dev ? named : cwd
}

/** Loaded late, because most runs need no hash. In bun, loading node:crypto takes longer than a run. */
function digest(text: string): string {
  const {Bun: bun} = globalThis as {
    Bun?: {readonly CryptoHasher: new (name: string) => Pick<Hash, 'update' | 'digest'>}
  }
  if (bun) return new bun.CryptoHasher('sha256').update(text).digest('hex')
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(text).digest('hex')
}
