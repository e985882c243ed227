import type {AlertingSettings, ChannelSettings} from './alerting.js'
import type {FleetSettings} from './fleet.js'
import type {Argv, JobSettings} from './job.js'
import type {TextOrSecret} from './secret.js'
import type {ServiceSettings} from './service.js'
import type {WrongSettings} from './wrong.js'

/**
 * All settings with their defaults, checked.
 *
 * The keys are those of the settings file, except that spans are milliseconds and end in `Ms`, sizes are bytes and end
 * in `Bytes`, and paths are absolute. A key is undefined if it is not set and has no default. Plain JSON.
 */
export interface Settings {
  /** The settings file; undefined if there is none. */
  readonly file?: string
  readonly stateDir?: string
  /** Undefined for `logs` in the state directory. */
  readonly logDir?: string
  readonly logs: LogSettings
  readonly retention: RetentionSettings
  /** Extension with its dot → the program that runs such a script. */
  readonly interpreters: Readonly<Record<string, Argv>>
  /** The settings of a job that the settings file does not name. */
  readonly defaults: JobSettings
  readonly jobs: Readonly<Record<string, JobSettings>>
  /** Absolute path of a script → the job that it is. */
  readonly scripts: Readonly<Record<string, string>>
  readonly services: Readonly<Record<string, ServiceSettings>>
  readonly breakers: BreakersSettings
  readonly watchdog: WatchdogSettings
  /** Undefined if OpenClaw is not used. */
  readonly openclaw?: OpenClawSettings
  readonly resetDaemon: ResetDaemonSettings
  readonly scheduler: SchedulerSettings
  /** Undefined if guard looks after its own runs alone. */
  readonly crashedRuns?: CrashedRunsSettings
  /** Undefined if no other host is asked. */
  readonly fleet?: FleetSettings
  readonly channels: Readonly<Record<string, ChannelSettings>>
  readonly alerting: AlertingSettings
  readonly metrics?: MetricsSettings
  /** Undefined if nothing is wrong with the settings file. */
  readonly wrong?: WrongSettings
}

/** The settings of a job, named there or not. */
export function settingsOfJob(settings: Pick<Settings, 'jobs' | 'defaults'>, job: string): JobSettings {
  return (Object.hasOwn(settings.jobs, job) ? settings.jobs[job] : undefined) ?? settings.defaults
}

/** The jobs that the settings name, also those whose own part is wrong. */
export function jobNames({jobs, wrong}: Pick<Settings, 'jobs' | 'wrong'>): readonly string[] {
  return wrong ? [...new Set([...Object.keys(jobs), ...Object.keys(wrong.jobs)])] : Object.keys(jobs)
}

/** Text logs are rotated at a size and removed by number and age. */
interface LogSettings {
  /** Whether each run begins with a line in the log of its job. */
  readonly headers: boolean
  readonly maxSizeBytes: number
  readonly keep: number
  readonly maxAgeMs: number
}

/** How long the journals keep their records. */
export interface RetentionSettings {
  readonly runsMs: number
  readonly incidentsMs: number
  readonly resetsMs: number
  readonly alertsMs: number
  readonly deliveriesMs: number
}

export interface BreakersSettings {
  readonly defaults: BreakerSettings
  /** Target → its own settings, whole. */
  readonly targets: Readonly<Record<string, BreakerSettings>>
}

/** A breaker opens when any of the three counts is reached; 0 switches that count off. */
export interface BreakerSettings {
  /** So many failures within `windowMs`. */
  readonly failures: number
  readonly windowMs: number
  /** So many failures one after the other, none older than `forgetAfterMs`. */
  readonly consecutive: number
  /** So many failures among the last `recentCalls`, none older than `forgetAfterMs`. */
  readonly recentFailures: number
  readonly recentCalls: number
  readonly forgetAfterMs: number
  /** From open to half-open; each opening after a failed probe takes `factor` times longer, at most `maxOpenForMs`. */
  readonly openForMs: number
  readonly factor: number
  readonly maxOpenForMs: number
  /** A probe without a result for so long is given up, and another is elected. */
  readonly probeLimitMs: number
}

interface WatchdogSettings {
  readonly escalateAfterFailedResets: number
  /** An incident is told when it has lasted so long, or at once if the job's next run is later. */
  readonly escalateAfterMs: number
  /** So many incidents of one job within `withinMs` are one that flaps, open until the job has been well for `wellForMs`. */
  readonly flapping: {readonly incidents: number; readonly withinMs: number; readonly wellForMs: number}
  /** After a boot or a suspend nothing is judged late for so long. */
  readonly bootGraceMs: number
  /** The watchdog itself is late when its last round is older. */
  readonly lateAfterMs: number
}

interface ResetDaemonSettings {
  /** A request without an answer for so long is void. */
  readonly expireAfterMs: number
  /** Between two resets of one job. */
  readonly minIntervalMs: number
  /** The daemon is late when its last round is older and a request waits. */
  readonly lateAfterMs: number
}

interface SchedulerSettings {
  /** So many jobs that it started run at once; undefined for four times the number of cores. */
  readonly maxParallel?: number
}

/** Files in which other programs keep the state of their runs. */
export interface CrashedRunsSettings {
  /** Absolute glob patterns. */
  readonly files: readonly string[]
  /** A file that was not written for so long has lost its owner, if that cannot be looked for. */
  readonly staleAfterMs: number
}

interface MetricsSettings {
  /** Absolute path of the folder in which each run leaves a file for node_exporter. */
  readonly textfileDir?: string
}

export interface OpenClawSettings {
  readonly command: Argv
  readonly env: Readonly<Record<string, TextOrSecret>>
  /** Limit of one call of the command line. */
  readonly timeoutMs: number
  /** The gateway's address for the health probe. */
  readonly url: string
  /** Name of the job in guard → the job in OpenClaw. */
  readonly jobs: Readonly<Record<string, OpenClawJobSettings>>
  /** Further ids that may be reset; those of `jobs` always may. */
  readonly allow: readonly string[]
  /** Longest run of a job whose own limit OpenClaw does not know. */
  readonly maxRunningMs: number
  /** Added to the job's own limit before it counts as hung. */
  readonly graceMs: number
  /** A slot that is so late means that the scheduler has stopped. */
  readonly wedgedAfterMs: number
  /** So many errors one after the other count as failing. */
  readonly failingAfter: number
  /** OpenClaw that cannot be asked for so long is an incident. */
  readonly unreachableAfterMs: number
}

interface OpenClawJobSettings {
  readonly id: string
  /** Outranks what OpenClaw says of the job's limit. */
  readonly maxRunningMs?: number
}
