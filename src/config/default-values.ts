import type {Argv} from '../domain/settings/job.js'
import type {OpenClawSettings} from '../domain/settings/settings.js'
import {hour, jobDefaults, minute, second} from './defaults.js'

/** Defaults of the parts that exist only if the settings have them. */

export const outputDefaults = {minSizeBytes: 0, contains: [], lacks: []} as const

/** By the step's `do`. */
export const stepDefaults = {
  'clear-locks': {when: [], minAgeMs: 10 * minute},
  restart: {when: []},
  exec: {when: [], timeoutMs: minute},
  alert: {when: [], level: 'CRITICAL'},
  wait: {when: []},
  verify: {when: [], pollMs: 5 * second},
} as const

const serviceCommon = {
  timeoutMs: 30 * second,
  upWithinMs: 30 * second,
  stayUpMs: 3 * second,
  budget: jobDefaults.budget,
}

/** By the service's `manager`. */
export const serviceDefaults = {
  'process-compose': {...serviceCommon, command: ['process-compose'] as Argv},
  supervisor: {...serviceCommon, command: ['supervisorctl'] as Argv},
  systemd: {...serviceCommon, command: ['systemctl'] as Argv, user: false},
  command: serviceCommon,
} as const

const channelCommon = {timeoutMs: 10 * second}

/** By the channel's `type`. */
export const channelDefaults = {
  telegram: {...channelCommon, url: 'https://api.telegram.org'},
  slack: channelCommon,
  webhook: {...channelCommon, method: 'POST', headers: {}, secrets: []},
  smtp: {...channelCommon, port: 587, tls: 'starttls'},
  pagerduty: {...channelCommon, url: 'https://events.pagerduty.com'},
  ping: channelCommon,
  syslog: {...channelCommon, facility: 'daemon', tag: 'guard'},
  ntfy: {...channelCommon, url: 'https://ntfy.sh'},
  alertmanager: channelCommon,
  apprise: {timeoutMs: 30 * second},
  file: channelCommon,
  command: channelCommon,
} as const

/** Defaults of the `openclaw` part. Its limits are those in the sources of OpenClaw. */
export const openclawDefaults: OpenClawSettings = {
  command: ['openclaw'],
  env: {},
  timeoutMs: 30 * second,
  url: 'http://127.0.0.1:18789',
  jobs: {},
  allow: [],
  maxRunningMs: hour,
  graceMs: 2 * minute,
  wedgedAfterMs: 3 * minute,
  failingAfter: 3,
  unreachableAfterMs: 15 * 60_000,
}

/** Defaults of the `crashedRuns` part. */
export const crashedRunsDefaults = {staleAfterMs: 10 * minute} as const

/** Defaults of the `fleet` part. */
export const fleetDefaults = {timeoutMs: 3 * second, waitMs: 15 * second, onStoreError: 'refuse'} as const

export const routeDefaults = {level: 'INFO', jobs: []} as const
