import {type Stats, statSync} from 'node:fs'
import {basename, join, resolve} from 'node:path'
import {readable} from '../../domain/crontab/line.js'
import type {LineFiles} from '../../domain/crontab/start-problem.js'
import {type CronVariables, type GuardPlaces, placesToName} from '../../domain/crontab/variables.js'
import type {GuardCall, LineJobs} from '../../domain/crontab/wrap.js'
import {cronSpelling, notForCron} from '../../domain/schedule/schedule.js'
import {isSameZone} from '../../domain/schedule/time-zone.js'
import {jobNames, type Settings} from '../../domain/settings/settings.js'
import {closestNames} from '../../domain/settings/suggest.js'
import {GuardError} from '../../errors.js'
import {guardProgram, wordOf} from '../../system/crontab/guard-program.js'
import {findCron, type InstalledCron} from '../../system/crontab/installed-cron.js'
import {readPeriodicJobs} from '../../system/crontab/periodic.js'
import {readCrontabFile, readCrontabs, userName} from '../../system/crontab/read-crontabs.js'
import {writeCrontab} from '../../system/crontab/write-crontab.js'
import {type Mount, readMounts, sharedMountOf} from '../../system/host/mounts.js'
import {databaseUser, userNames} from '../../system/host/user.js'
import type {AddedLine, PlannedChange} from '../../usecases/crontab/change-crontabs.js'
import type {DiscoverDeps} from '../../usecases/crontab/discover-crontabs.js'
import {requireRightJob} from '../../usecases/run/refuse-wrong-job.js'
import type {Flag} from '../command/flag.js'
import type {Guard} from '../guard.js'

export const fileFlag = {
  type: 'text',
  summary: 'only this file: one of /etc/cron.d, or a crontab that is still to be installed',
  helpValue: 'FILE',
} as const satisfies Flag

export const allFlag = {
  type: 'boolean',
  summary: 'also /etc/crontab and /etc/cron.d, as root',
  exclusive: ['file', 'line'],
} as const satisfies Flag

export const yesFlag = {type: 'boolean', summary: 'write without asking'} as const satisfies Flag

/** Throws GuardError `usage` before the first crontab is written where the others could not be. */
export function requireRoot({all}: {readonly all: boolean | undefined}): void {
  if (all && process.geteuid?.() !== 0) {
    throw new GuardError('usage', '--all changes files of root', ['call it as root, or without --all'])
  }
}

/** What the use cases of crontabs need. */
export function wireCrontabs({settings}: Pick<Guard, 'settings'>, cron: InstalledCron = findCron()): DiscoverDeps {
  return {
    cron,
    isUser: userNames(),
    files: lineFiles(),
    jobs: lineJobs(settings),
    hasCommand: (job) => runsOwn(settings, job),
    readCrontabs: () => readCrontabs(cron),
    readCrontabFile: (path) => readCrontabFile(cron.kind, path),
    readPeriodicJobs: () => readPeriodicJobs(cron.kind),
    guardProgram,
    userName: userName(),
  }
}

/** What a job would run whose settings are wrong is not known: its name is kept for it. */
function runsOwn({jobs, wrong}: Settings, name: string): boolean {
  if (!Object.hasOwn(jobs, name)) return Object.hasOwn(wrong?.jobs ?? {}, name)
  const {script, command} = jobs[name] ?? {}
  return script !== undefined || command !== undefined
}

/** Many lines name the same files. */
function lineFiles(): LineFiles {
  const known = new Map<string, ReturnType<LineFiles['problemOf']>>()
  let mounts: readonly Mount[] | undefined
  // A server that gives no answer would keep all crontabs from being shown.
  const isServed = (path: string) => {
    mounts ??= readMounts()
    return sharedMountOf(path, mounts) !== undefined
  }
  return {
    home: databaseUser()?.homedir,
    lacksFolder: (path) => !isServed(path) && isKnown(path, (stat) => !stat.isDirectory()),
    problemOf: (path) => {
      if (!known.has(path)) known.set(path, isServed(path) ? undefined : problemOfFile(path))
      return known.get(path)
    },
  }
}

function problemOfFile(path: string): ReturnType<LineFiles['problemOf']> {
  if (isKnown(path, () => false)) return 'is not there'
  return isKnown(path, (stat) => stat.isDirectory() || (stat.mode & 0o111) === 0) ? 'is not executable' : undefined
}

/** Whether a path is not there, or is known to be so. Of one that this user may not see nothing is known. */
function isKnown(path: string, isSo: (stat: Stats) => boolean): boolean {
  try {
    return isSo(statSync(path))
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR'
  }
}

/** Cron starts a line in its HOME. */
function lineJobs({jobs, scripts, wrong}: Settings): LineJobs {
  const wrongJobs = wrong?.jobs ?? {}
  const wrongScripts = Object.entries(wrongJobs).flatMap(([name, {script}]) =>
    script ? [[script, name] as const] : [],
  )
  const jobOfScript = new Map([...wrongScripts, ...Object.entries(scripts)])
  const names = new Set(Array.from(jobOfScript.keys(), (path) => basename(path)))
  const homeOf = (variables: CronVariables) => ('HOME' in variables ? variables['HOME'] : databaseUser()?.homedir)
  return {
    hasJob: (name) => Object.hasOwn(jobs, name) || Object.hasOwn(wrongJobs, name),
    // Most lines run something else, which a look at its name tells.
    jobOfFile: ({file, folder = ''}, variables) =>
      names.has(basename(readable(file)))
        ? jobOfScript.get(resolve(homeOf(variables) ?? '/', readable(folder), readable(file)))
        : undefined,
  }
}

/** Writes a change, with a backup in the state directory. @returns the backup. Throws as `writeCrontab`. */
export function writeChange(guard: Guard, {cron}: DiscoverDeps, change: PlannedChange): string {
  const place = {cron, dir: join(guard.stateDir, 'crontab'), id: guard.newId(), nowMs: guard.clock.now()}
  return writeCrontab(place, change)
}

/** The file that is named, as an absolute path. */
export function crontabFile({file}: {readonly file: string | undefined}): string | undefined {
  return file === undefined ? undefined : resolve(file)
}

interface PlaceFlags {
  readonly 'state-dir': string | undefined
  readonly config: string | undefined
  readonly 'allow-unsafe-filesystem': boolean | undefined
}

/**
 * The flags that a run by cron needs to work with the same settings and state as this call: cron starts in the home
 * directory, and has the variables of its crontab alone.
 */
export function placeFlags(guard: Guard, flags: PlaceFlags): GuardCall['flags'] {
  return flagsFor(placesOf(guard), flags)
}

/** For lines that guard adds, which always name the settings. */
function settingsFlags(guard: Guard, flags: PlaceFlags): GuardCall['flags'] {
  return flagsFor(placesOf(guard), {...flags, config: flags.config ?? guard.settings.file})
}

/** A flag that was given is in every line; the texts are made once for all lines. */
function flagsFor(places: GuardPlaces, given: PlaceFlags): GuardCall['flags'] {
  const config = flagOf('--config', given.config ?? places.config)
  const stateDir = flagOf('--state-dir', given['state-dir'] ?? places.stateDir)
  const unsafe = given['allow-unsafe-filesystem'] === true ? ' --allow-unsafe-filesystem' : ''
  return (variables) => {
    const named = placesToName(places, variables)
    const hasConfig = (given.config ?? named.config) !== undefined
    const hasStateDir = (given['state-dir'] ?? named.stateDir) !== undefined
    return `${hasConfig ? config : ''}${hasStateDir ? stateDir : ''}${unsafe}`
  }
}

function placesOf({settings, hasStateDir, stateDir}: Guard): GuardPlaces {
  const isNamed = settings.stateDir !== undefined || !hasStateDir
  return {stateDir: isNamed ? undefined : stateDir, config: settings.file, home: databaseUser()?.homedir}
}

function flagOf(name: string, path: string | undefined): string {
  return path === undefined ? '' : ` ${name} ${wordOf(resolve(path))}`
}

/** The lines of the watchdog, and of the reset daemon where jobs of OpenClaw need it. Throws GuardError `config`. */
export function watchdogLines(guard: Guard, placeFlags: PlaceFlags): readonly AddedLine[] {
  const {settings} = guard
  const flags = settingsFlags(guard, placeFlags)
  const openclaw = Object.keys(settings.openclaw?.jobs ?? {})
  if (jobNames(settings).length === 0 && openclaw.length === 0) {
    throw new GuardError('config', 'the settings name no job that the watchdog could watch', [
      'write a settings file, or name it: --config FILE',
    ])
  }
  const watchdog = {
    name: 'watchdog',
    words: (variables: CronVariables) => `watchdog${flags(variables)}`,
    schedule: '* * * * *',
  }
  const daemon = {
    name: 'reset-daemon',
    words: (variables: CronVariables) => `reset-daemon${flags(variables)}`,
    schedule: '*/2 * * * *',
  }
  return openclaw.length === 0 ? [watchdog] : [watchdog, daemon]
}

/** The line of a job of the settings. Throws GuardError `usage` for a name that they do not have, `config` for a wrong job, or one without a schedule. */
export function jobLine(guard: Guard, job: string, flags: PlaceFlags): AddedLine {
  const {settings, clock} = guard
  requireRightJob(settings, job)
  const found = Object.hasOwn(settings.jobs, job) ? settings.jobs[job] : undefined
  if (!found) {
    const near = closestNames(job, jobNames(settings)).slice(0, 3)
    throw new GuardError(
      'usage',
      `the settings have no job ${JSON.stringify(job)}`,
      near.map((name) => `did you mean ${name}?`),
    )
  }
  const {schedule, timezone} = found
  if (schedule === undefined) {
    throw new GuardError('config', `${job} has no schedule in the settings`, [`write jobs.${job}.schedule`])
  }
  const problem = notForCron(schedule)
  if (problem !== undefined) {
    throw new GuardError('config', `${job} has the schedule "${schedule}", and ${problem}`, [
      `write jobs.${job}.schedule with five fields, or start it by guard scheduler`,
    ])
  }
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone
  if (timezone !== undefined && !isSameZone(timezone, here, new Date(clock.now()).getUTCFullYear())) {
    throw new GuardError('config', `${job} goes by the time of ${timezone}, and cron by that of ${here}`, [
      `write its schedule in the time of ${here}, and ${here} as its timezone`,
    ])
  }
  const placed = settingsFlags(guard, flags)
  return {name: job, words: (variables) => `run${placed(variables)} ${job}`, schedule: cronSpelling(schedule)}
}
