import {dirname, resolve} from 'node:path'
import type {ChannelSettings} from '../domain/settings/alerting.js'
import type {Argv, JobSettings, RecoveryStep, RetrySettings} from '../domain/settings/job.js'
import type {ServiceSettings} from '../domain/settings/service.js'
import type {BreakersSettings, OpenClawSettings, Settings} from '../domain/settings/settings.js'
import {
  channelDefaults,
  crashedRunsDefaults,
  fleetDefaults,
  openclawDefaults,
  outputDefaults,
  routeDefaults,
  serviceDefaults,
  stepDefaults,
} from './default-values.js'
import {defaultSettings, jobDefaults} from './defaults.js'
import type {WrittenSettings} from './schema.js'

type Written<K extends keyof WrittenSettings> = NonNullable<WrittenSettings[K]>
type WrittenJob = Written<'jobs'>[string]
type WrittenDefaults = Written<'defaults'>

/** Adds the defaults to the content of `file`, and makes its paths, which are relative to the file, absolute. */
export function resolveSettings(written: WrittenSettings, file: string): Settings {
  const base = dirname(file)
  const at = (path: string) => resolve(base, path)
  const openclaw = written.openclaw && resolveOpenClaw(written.openclaw, at)
  const defaults = resolveJob({}, written.defaults ?? {}, base)
  const jobs = mapValues(written.jobs ?? {}, (job, name) => ({
    ...resolveJob(job, written.defaults ?? {}, base),
    ...openclawIdOf(openclaw, name),
  }))
  const settings = {
    file,
    ...(written.stateDir !== undefined && {stateDir: at(written.stateDir)}),
    ...(written.logDir !== undefined && {logDir: at(written.logDir)}),
    logs: {...defaultSettings.logs, ...written.logs},
    retention: {...defaultSettings.retention, ...written.retention},
    interpreters: {
      ...defaultSettings.interpreters,
      ...mapValues(written.interpreters ?? {}, (command) => programAt(command, at)),
    },
    defaults,
    jobs,
    services: mapValues(written.services ?? {}, (service) => resolveService(service, at)),
    breakers: resolveBreakers(written.breakers ?? {}),
    watchdog: {
      ...defaultSettings.watchdog,
      ...written.watchdog,
      flapping: {...defaultSettings.watchdog.flapping, ...written.watchdog?.flapping},
    },
    ...(openclaw && {openclaw}),
    resetDaemon: {...defaultSettings.resetDaemon, ...written.resetDaemon},
    scheduler: {...defaultSettings.scheduler, ...written.scheduler},
    ...(written.crashedRuns && {
      crashedRuns: {...crashedRunsDefaults, ...written.crashedRuns, files: written.crashedRuns.files.map(at)},
    }),
    ...(written.fleet && {
      fleet: {...fleetDefaults, ...written.fleet, postgres: absoluteSecret(written.fleet.postgres, at)},
    }),
    channels: mapValues(written.channels ?? {}, (channel) => resolveChannel(channel, at)),
    alerting: {
      ...defaultSettings.alerting,
      ...written.alerting,
      routes: (written.alerting?.routes ?? []).map((route) => ({...routeDefaults, ...route})),
    },
    ...(written.metrics?.textfileDir !== undefined && {metrics: {textfileDir: at(written.metrics.textfileDir)}}),
  }
  return {...settings, scripts: scriptsOf(jobs)}
}

/** Several jobs may share a script with different arguments. Its file alone means the job without arguments. */
function scriptsOf(jobs: Readonly<Record<string, JobSettings>>): Record<string, string> {
  const withScript = Object.entries(jobs).flatMap(([name, {script, args}]) => (script ? [{name, script, args}] : []))
  const plainLast = withScript.toSorted((one, other) => other.args.length - one.args.length)
  return Object.fromEntries(plainLast.map(({name, script}) => [script, name]))
}

/** A job overrides `defaults`, which override guard's own defaults. Maps are merged. */
function resolveJob(job: WrittenJob, all: WrittenDefaults, base: string): JobSettings {
  const at = (path: string) => resolve(base, path)
  const {cwd, script, command, interpreter, recovery, outputs, ...own} = {...all, ...job}
  return {
    ...jobDefaults,
    ...own,
    dir: cwd === undefined ? base : at(cwd),
    ...(cwd !== undefined && {cwd: at(cwd)}),
    ...(script !== undefined && {script: at(script)}),
    ...(command && {command: own.shell ? command : programAt(command, at)}),
    ...(interpreter && {interpreter: programAt(interpreter, at)}),
    env: mapValues({...all.env, ...job.env}, (value) => absoluteSecret(value, at)),
    retry: resolveRetry(job.retry ?? {}, all.retry ?? {}),
    exitMap: {...jobDefaults.exitMap, ...all.exitMap, ...job.exitMap},
    // The first matching class wins, so those of the job come first.
    failures: {...job.failures, ...all.failures, ...job.failures},
    budget: {...jobDefaults.budget, ...all.budget, ...job.budget},
    catchUp: {...jobDefaults.catchUp, ...all.catchUp, ...job.catchUp},
    outputs: (outputs ?? []).map((output) => ({...outputDefaults, ...output})),
    recovery: (recovery ?? []).map((step) => resolveStep(step, at)),
  }
}

function resolveStep(step: NonNullable<WrittenJob['recovery']>[number], at: (path: string) => string): RecoveryStep {
  const command = step.do === 'exec' && {command: programAt(step.command, at)}
  return {...stepDefaults[step.do], ...step, ...command} as RecoveryStep
}

type WrittenRetry = NonNullable<WrittenDefaults['retry']>

function resolveRetry(job: WrittenRetry, all: WrittenRetry): RetrySettings {
  const base = jobDefaults.retry
  const names = new Set([base, all, job].flatMap(({classes}) => Object.keys(classes ?? {})))
  const classes = [...names].map((name) => [
    name,
    {...base.classes[name], ...all.classes?.[name], ...job.classes?.[name]},
  ])
  return {
    ...base,
    ...all,
    ...job,
    classes: Object.fromEntries(classes),
    budget: {...base.budget, ...all.budget, ...job.budget},
  }
}

function resolveService(service: Written<'services'>[string], at: (path: string) => string): ServiceSettings {
  const defaults = serviceDefaults[service.manager]
  return {
    ...defaults,
    ...service,
    budget: {...defaults.budget, ...service.budget},
    ...programsAt(service, at),
    ...('config' in service && service.config !== undefined && {config: at(service.config)}),
    ...('cwd' in service && service.cwd !== undefined && {cwd: at(service.cwd)}),
    ...('token' in service && service.token !== undefined && {token: absoluteSecret(service.token, at)}),
  } as ServiceSettings
}

function resolveChannel(channel: Written<'channels'>[string], at: (path: string) => string): ChannelSettings {
  const fields = Object.entries(channel).map(([key, value]) => [
    key,
    key === 'headers'
      ? mapValues(value as Record<string, unknown>, (header) => absoluteSecret(header, at))
      : key === 'secrets'
        ? (value as readonly unknown[]).map((one) => absoluteSecret(one, at))
        : absoluteSecret(value, at),
  ])
  return {
    ...channelDefaults[channel.type],
    ...Object.fromEntries(fields),
    ...programsAt(channel, at),
    ...(channel.type === 'file' && {path: at(channel.path)}),
    ...('ca' in channel && channel.ca !== undefined && {ca: at(channel.ca)}),
  } as ChannelSettings
}

function resolveBreakers(breakers: Written<'breakers'>): BreakersSettings {
  const defaults = {...defaultSettings.breakers.defaults, ...breakers.defaults}
  return {defaults, targets: mapValues(breakers.targets ?? {}, (target) => ({...defaults, ...target}))}
}

function resolveOpenClaw(openclaw: Written<'openclaw'>, at: (path: string) => string): OpenClawSettings {
  return {
    ...openclawDefaults,
    ...openclaw,
    ...programsAt(openclaw, at),
    env: mapValues(openclaw.env ?? {}, (value) => absoluteSecret(value, at)),
  }
}

function openclawIdOf(openclaw: OpenClawSettings | undefined, job: string): {readonly openclawId?: string} {
  const id = Object.hasOwn(openclaw?.jobs ?? {}, job) ? openclaw?.jobs[job]?.id : undefined
  return id === undefined ? {} : {openclawId: id}
}

/** Makes the file of a secret absolute; any other value stays as it is. */
function absoluteSecret<T>(value: T, at: (path: string) => string): T {
  if (typeof value !== 'object' || value === null || !('file' in value) || typeof value.file !== 'string') return value
  return {...value, file: at(value.file)}
}

/** `./restart.sh` is relative to the settings file; a name without slash is searched in PATH. */
function programAt([program, ...args]: Argv, at: (path: string) => string): Argv {
  return [program.includes('/') ? at(program) : program, ...args]
}

const programKeys: readonly string[] = ['command', 'restart', 'check']

function programsAt(part: object, at: (path: string) => string): Readonly<Record<string, Argv>> {
  const programs = Object.entries(part).filter(([key]) => programKeys.includes(key)) as [string, Argv][]
  return Object.fromEntries(programs.map(([key, command]) => [key, programAt(command, at)]))
}

function mapValues<V, R>(record: Readonly<Record<string, V>>, map: (value: V, key: string) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]))
}
