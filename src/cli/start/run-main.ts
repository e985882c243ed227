import {writeSync} from 'node:fs'
import {resolve} from 'node:path'
import {workingDirectory} from '../../config/settings.js'
import type {RunReport} from '../../domain/run/report.js'
import {commandOfScript} from '../../system/process/script.js'
import {resolveRun} from '../../usecases/run/resolve-run.js'
import {runJob} from '../../usecases/run/run-job.js'
import {openGuard} from '../guard.js'
import {wireRun} from '../wire/run.js'
import type {RunCall} from './parse-run-args.js'
import {settingsOfFlags} from './run-flags.js'

/** `guard run`, from the flags to the exit code, with Node's own modules only. */
export async function runMain({flags, target}: RunCall): Promise<void> {
  const guard = await openGuard({
    stateDir: flags['state-dir'] as string | undefined,
    config: flags['config'] as string | undefined,
    allowUnsafeFilesystem: flags['allow-unsafe-filesystem'] === true,
  })
  const run = resolveRun(
    {settings: guard.settings, commandOfScript, absolute},
    {...target, jobFlag: flags['job'] as string | undefined, flags: settingsOfFlags(flags, guard.settings.defaults)},
  )
  if (flags['plan']) {
    const {printPlan} = await import('../render/run-plan.js')
    return printPlan(guard, run, flags['json'] === true)
  }
  const {deps, request, afterwards} = wireRun(guard, run, {
    json: flags['json'] === true,
    interactive: flags['interactive'] === true,
    logHeader: flags['no-log-header'] !== true && guard.settings.logs.headers,
  })
  const report = await runJob(deps, request)
  process.exitCode = report.exitCode
  if (flags['json']) printReport(report)
  await afterwards()
}

/** The run is over and recorded, so a closed pipe does not change its exit code. */
function printReport(report: RunReport): void {
  try {
    writeSync(1, `${JSON.stringify(reportToJson(report))}\n`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error
  }
}

/** If the working directory was removed, a relative path stays as it is. */
function absolute(path: string): string {
  const cwd = workingDirectory(process.env)
  return cwd === undefined ? path : resolve(cwd, path)
}

function reportToJson({startedAt, endedAt, ...report}: RunReport): object {
  return {
    ...report,
    startedAt: new Date(startedAt).toISOString(),
    endedAt: new Date(endedAt).toISOString(),
    durationMs: Math.round(endedAt - startedAt),
  }
}
