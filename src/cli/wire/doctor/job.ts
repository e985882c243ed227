import {accessSync, constants, existsSync, statSync} from 'node:fs'
import {resolve} from 'node:path'
import {folderOfPattern, type JobStart, type OutputFolder} from '../../../domain/diagnose/job-findings.js'
import type {PlannedJob} from '../../../domain/diagnose/schedule-findings.js'
import {jobsToSchedule} from '../../../domain/scheduler/scheduled-jobs.js'
import {type Settings, settingsOfJob} from '../../../domain/settings/settings.js'
import {GuardError} from '../../../errors.js'
import {findOnPath} from '../../../system/host/find-on-path.js'
import {isExecutable} from '../../../system/host/is-executable.js'
import {programOfEnv} from '../../../system/process/env-program.js'
import {commandOfScript} from '../../../system/process/script.js'
import type {Guard} from '../../guard.js'

/** What would start the job under cron, looked at and not started. */
export function jobStart({interpreters, ...settings}: Settings, job: string, cronPath: string): JobStart | undefined {
  const {script, command, shell, cwd, env, interpreter} = settingsOfJob(settings, job)
  const own = env['PATH']
  const path = typeof own === 'string' ? own : cronPath
  const base = {job, path, missingCwd: cwd === undefined || isFolder(cwd) ? undefined : cwd}
  if (command) return {...base, programs: programsOf(shell ? ['/bin/sh'] : command, path)}
  if (script === undefined) return undefined
  try {
    const argv = commandOfScript({path: script, args: [], interpreters, ...(interpreter && {interpreter})})
    return {...base, programs: programsOf(argv, path)}
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    return {...base, programs: [], refusal: {reason: error.message, hint: error.hints[0]}}
  }
}

/** The program, and what its first line has env look for. */
function programsOf([program = '']: readonly string[], path: string): JobStart['programs'] {
  const found = program.includes('/') ? (isExecutable(program) ? program : undefined) : findOnPath(program, path)
  const inner = found === undefined ? undefined : programOfEnv(found)
  return [...(inner === undefined ? [] : [{name: inner, path: findOnPath(inner, path)}]), {name: program, path: found}]
}

/** The folders in which a job must keep files. */
export function outputFolders({settings}: Guard, job: string): readonly OutputFolder[] {
  const {outputs, dir = '/'} = settingsOfJob(settings, job)
  const folders = new Map<string, string>()
  for (const pattern of outputs.flatMap(({files}) => files)) {
    const folder = resolve(dir, folderOfPattern(pattern))
    if (!folders.has(folder)) folders.set(folder, pattern)
  }
  return [...folders].map(([folder, pattern]) => ({folder, pattern, is: stateOf(folder)}))
}

function stateOf(folder: string): OutputFolder['is'] {
  if (!isFolder(folder)) return existsSync(folder) ? 'unwritable' : 'missing'
  try {
    accessSync(folder, constants.W_OK)
    return 'writable'
  } catch {
    return 'unwritable'
  }
}

function isFolder(path: string): boolean {
  return statSync(path, {throwIfNoEntry: false})?.isDirectory() === true
}

/** The jobs of the settings that have a schedule, and whether they ever ran. */
export function scheduledJobs(guard: Guard): readonly PlannedJob[] {
  const jobs = Object.entries(guard.settings.jobs)
  const runnable = new Set(jobsToSchedule(guard.settings).map(({name}) => name))
  return jobs.flatMap(([job, {schedule, timezone}]) => {
    if (schedule === undefined) return []
    return [{job, schedule, timezone, isRunnable: runnable.has(job), hasRun: hasRun(guard, job)}]
  })
}

/** A state directory that cannot be read is a finding of its own. */
function hasRun(guard: Guard, job: string): boolean {
  try {
    return guard.runs().read().has(job)
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    return true
  }
}
