import {existsSync} from 'node:fs'
import {inspectSettings} from '../../../config/inspect.js'
import type {CronLines} from '../../../domain/diagnose/cron-line.js'
import {type PassedFile, passedFile} from '../../../domain/diagnose/machine-findings.js'
import type {AskedService} from '../../../domain/diagnose/service-findings.js'
import {storeUrlProblem} from '../../../domain/fleet/store-url.js'
import {settingsOfJob} from '../../../domain/settings/settings.js'
import {watchedJobs} from '../../../domain/watchdog/watch-list.js'
import {judgesOf} from '../../../domain/watchdog/who-judges.js'
import {GuardError} from '../../../errors.js'
import {incidentStream} from '../../../journal/failure-streams.js'
import {readBootRef} from '../../../system/host/host.js'
import {isExecutable} from '../../../system/host/is-executable.js'
import {oddFiles} from '../../../system/host/own-modes.js'
import {isStandalone, programFile} from '../../../system/host/program.js'
import {resolveSecret} from '../../../system/host/secret.js'
import {createSlots} from '../../../system/host/slots.js'
import {runningCron} from '../../../system/process/cron-daemon.js'
import {livingProcessOf} from '../../../system/process/holder-liveness.js'
import {type Command, runCommand} from '../../../system/process/run-command.js'
import {runUnderCron} from '../../../system/process/under-cron.js'
import {openService} from '../../../system/services/open-service.js'
import {type Discovery, discoverCrontabs} from '../../../usecases/crontab/discover-crontabs.js'
import {cronLinesOf} from '../../../usecases/diagnose/doctor/cron-lines.js'
import type {ExaminationDeps} from '../../../usecases/diagnose/doctor/examinations.js'
import {listLocks} from '../../../usecases/recovery/clear-locks.js'
import {version} from '../../build-info.js'
import type {Guard} from '../../guard.js'
import {settingsLocation} from '../../settings/settings-location.js'
import {isLeft, watchdogsNow} from '../../watchdog/watching.js'
import {wireCrontabs} from '../crontab.js'
import {wireHealth} from '../diagnose/health.js'
import {locksOfSettings, wireLocks} from '../locks.js'
import {jobStart, outputFolders, scheduledJobs} from './job.js'
import {programLimitMs, tryPlaces, watchdogTimer, wireMachine} from './machine.js'

interface DoctorAsked {
  readonly job: string | undefined
  readonly config: string | undefined
}

/** Wires `guard doctor`. Nothing is looked at yet, and nothing is made. */
export function wireDoctor(guard: Guard, asked: DoctorAsked): ExaminationDeps {
  const {crontabLines, passedFiles} = crontabDeps(guard)
  const health = wireHealth(guard)
  return {
    cron: {...cronDeps(), crontabLines, passedFiles},
    machine: wireMachine(guard, crontabLines),
    settings: settingsDeps(guard, asked),
    store: storeDeps(guard, crontabLines),
    scheduled: scheduledJobs(guard),
    state: {
      tryPlaces: () => tryPlaces(guard),
      oddFiles: () => oddFiles(guard.stateDir, guard.logDir),
      listLocks: () => listLocks(wireLocks(guard), locksOfSettings(guard, asked.job)),
      journals: health.journals,
      outbox: health.outbox,
      lookAtScheduler: health.lookAtScheduler,
      leases: health.leases,
      readClock: health.readClock,
      watchdogs: () => watchdogsNow(guard),
      settingsFile: guard.settings.file ?? '',
      watchedJobs: () => countWatched(guard),
      crontabLines,
      watchdogTimer,
    },
    job: {
      jobStart: (job, path) => jobStart(guard.settings, job, path),
      outputFolders: (job) => outputFolders(guard, job),
      leases: health.leases,
      livingProcessOf: (lease) => livingProcessOf(lease, readBootRef()),
      readClock: health.readClock,
      crontabLines,
      lookAtScheduler: health.lookAtScheduler,
      nextSlot: ({schedule: expression, timezone}) => createSlots().next({expression, timezone}, guard.clock.now()),
    },
  }
}

function countWatched(guard: Guard): ReturnType<ExaminationDeps['state']['watchedJobs']> {
  const [jobs, watchdogs] = [watchedJobs(guard.settings), watchdogsNow(guard)]
  const {jobs: known} = guard.journal(incidentStream).read()
  const judged = jobs.map(({name: job}) => ({job, settingsFiles: judgesOf(known.get(job)?.watches ?? [], watchdogs)}))
  return {
    all: jobs.length,
    unwatched: jobs.filter(({name}) => !isLeft(guard, name, watchdogs)).length,
    shared: judged.filter(({settingsFiles}) => settingsFiles.length > 1),
  }
}

/** The crontabs are read once, by the first examination that asks. */
function crontabDeps(guard: Guard): Pick<ExaminationDeps['cron'], 'crontabLines' | 'passedFiles'> {
  let known: {readonly discovery: Discovery; readonly lines: CronLines} | undefined
  const discover = () => {
    const discovery = known?.discovery ?? discoverCrontabs(wireCrontabs(guard), {file: undefined})
    known ??= {discovery, lines: cronLinesOf(discovery)}
    return known
  }
  return {crontabLines: async () => discover().lines, passedFiles: () => passedFiles(discover().discovery)}
}

function cronDeps(): Omit<ExaminationDeps['cron'], 'crontabLines' | 'passedFiles'> {
  return {
    tryStart: ({program, variables}) =>
      runUnderCron({command: `${program} --version`, variables, timeoutMs: programLimitMs}),
    askUnderCron: async (command, variables) =>
      (await runUnderCron({command, variables, timeoutMs: programLimitMs})).stdout,
    monoMs: () => performance.now(),
    problemOfProgram: (path) =>
      isExecutable(path) ? undefined : existsSync(path) ? 'is not executable' : 'is not there',
    thisGuard: {version, program: programFile(), node: isStandalone ? undefined : process.execPath},
    runningCron,
    sendmail: () => ['/usr/sbin/sendmail', '/usr/lib/sendmail'].find(isExecutable),
    env: process.env,
  }
}

function passedFiles({periodic}: Discovery): readonly PassedFile[] {
  return periodic.folders.flatMap(({path, files}) =>
    files.flatMap(({name, never}) => (never === undefined ? [] : passedFile(path, {name, never}, existsSync))),
  )
}

function settingsDeps(guard: Guard, {job, config}: DoctorAsked): ExaminationDeps['settings'] {
  const {settings} = guard
  return {
    checkSettings: async (path) => {
      const where = settingsLocation({config})
      const {
        file,
        error,
        warnings,
        settings: found,
      } = await inspectSettings({...where, env: {...where.env, PATH: path}})
      return {file, error, warnings, jobs: Object.keys(found.jobs).length}
    },
    wrong: settings.wrong,
    services: job === undefined ? Object.keys(settings.services) : servicesOf(guard, job),
    askService: (name, path) => askService(guard, name, path),
  }
}

function storeDeps(
  {settings}: Guard,
  crontabLines: ExaminationDeps['store']['crontabLines'],
): ExaminationDeps['store'] {
  const address = settings.fleet?.postgres
  return {
    address,
    isOfFleet: (job) => settingsOfJob(settings, job).scope === 'fleet',
    problemWith: (variables) => {
      try {
        return address && storeUrlProblem(resolveSecret(address, 'fleet.postgres', variables))
      } catch (error) {
        if (error instanceof GuardError) return error.message
        throw error
      }
    },
    crontabLines,
  }
}

function servicesOf({settings}: Guard, job: string): readonly string[] {
  const {recovery} = settingsOfJob(settings, job)
  return [...new Set(recovery.flatMap((step) => (step.do === 'restart' ? [step.service] : [])))]
}

async function askService({settings}: Guard, name: string, path: string): Promise<AskedService> {
  const service = settings.services[name]
  if (!service) return {name, manager: 'guard', state: 'unknown', detail: 'the settings have no service of this name'}
  const timeoutMs = Math.min(service.timeoutMs, programLimitMs)
  const asUnderCron = (command: Command) => runCommand({...command, env: {...command.env, PATH: path}})
  const {state, detail} = await openService({...service, timeoutMs}, asUnderCron).isUp()
  return {name, manager: service.manager, state, detail}
}
