import type {AlertingSettings} from '../domain/settings/alerting.js'
import type {JobSettings} from '../domain/settings/job.js'
import type {BreakerSettings, Settings} from '../domain/settings/settings.js'

/**
 * The settings without a settings file, as plain data, so that neither the schema nor other parts of this folder are
 * loaded then. The defaults of parts that exist only in a settings file are in `default-values.ts`.
 */

export const second = 1000
export const minute = 60 * second
export const hour = 60 * minute
const day = 24 * hour

export const jobDefaults: JobSettings = {
  args: [],
  env: {},
  shell: false,
  watch: true,
  catchUp: {mode: 'once', windowMs: day, limit: 10},
  spreadMs: 0,
  graceMs: 5 * minute,
  killAfterMs: 10 * second,
  ttlMs: 5 * minute,
  overlap: 'skip',
  jitterMs: 0,
  quiet: false,
  skipExitCode: 75,
  onStateError: 'run',
  onCrash: 'leave',
  scope: 'machine',
  retry: {
    maxAttempts: 1,
    // 2, 4, 8, 16 … at most 60 seconds.
    firstDelayMs: 2 * second,
    factor: 2,
    maxDelayMs: minute,
    jitter: 0.5,
    on: ['degraded', 'unhealthy', 'failed', 'timed-out'],
    classes: {
      'rate-limit': {honourRetryAfter: true},
      server: {honourRetryAfter: true},
      timeout: {timeoutFactor: 2},
      auth: {maxRetries: 0},
      'not-found': {maxRetries: 0},
      validation: {maxRetries: 1},
    },
    // A tenth of the calls may be retries, as in Finagle's and gRPC's retry budgets.
    budget: {ratio: 0.1, reserve: 10},
  },
  outputs: [],
  exitMap: {'0': 'healthy', '1': 'degraded', '2': 'unhealthy'},
  failures: {},
  recoverOn: ['degraded', 'unhealthy', 'failed', 'timed-out'],
  recovery: [],
  budget: {recoveries: 3, perMs: hour},
}

const breaker: BreakerSettings = {
  failures: 5,
  windowMs: minute,
  // A job that runs every five minutes never fails five times in a minute, so its breaker opens by these counts.
  consecutive: 3,
  recentFailures: 3,
  recentCalls: 5,
  forgetAfterMs: 7 * day,
  openForMs: 30 * second,
  factor: 2,
  maxOpenForMs: 15 * minute,
  probeLimitMs: 5 * minute,
}

const alerting: AlertingSettings = {
  groupWaitMs: 30 * second,
  groupIntervalMs: 5 * minute,
  repeatMs: [4 * hour, 8 * hour, 16 * hour, 24 * hour],
  cap: 20,
  inlineLimitMs: 5 * second,
  quietHours: [],
  routes: [],
}

/** The settings without a file. */
export const defaultSettings: Settings = {
  logs: {maxSizeBytes: 10 * 1024 * 1024, keep: 5, maxAgeMs: 30 * day, headers: true},
  retention: {runsMs: 90 * day, incidentsMs: 365 * day, resetsMs: 90 * day, alertsMs: 90 * day, deliveriesMs: 30 * day},
  interpreters: {
    '.py': ['python3'],
    '.sh': ['bash'],
    '.js': ['node'],
    '.mjs': ['node'],
    '.cjs': ['node'],
    '.ts': ['node'],
    '.rb': ['ruby'],
    '.pl': ['perl'],
  },
  defaults: jobDefaults,
  jobs: {},
  scripts: {},
  services: {},
  breakers: {defaults: breaker, targets: {}},
  watchdog: {
    escalateAfterFailedResets: 2,
    escalateAfterMs: 10 * minute,
    flapping: {incidents: 4, withinMs: 4 * hour, wellForMs: hour},
    bootGraceMs: 10 * minute,
    lateAfterMs: 15 * minute,
  },
  scheduler: {},
  resetDaemon: {expireAfterMs: hour, minIntervalMs: 10 * minute, lateAfterMs: 15 * minute},
  channels: {},
  alerting,
}
