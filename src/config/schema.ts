import {z} from 'zod'
import {jobNamePattern} from '../domain/job/job-name.js'
import {alertingSection, channel} from './alert-schema.js'
import {
  argv,
  count,
  duration,
  environment,
  flag,
  globs,
  named,
  oneOf,
  ratio,
  secret,
  size,
  text,
  textOf,
} from './fields.js'
import {defaultsSection, jobSection} from './job-schema.js'
import {section} from './section.js'
import {service} from './service-schema.js'

const logs = section({
  maxSize: size('Size at which a log is rotated'),
  keep: count('Number of old logs to keep', {max: 1000}),
  maxAge: duration('Age at which old logs are removed'),
  headers: flag('Begin each run with a line in the log of its job: time and run id'),
}).meta({description: 'Rotation of the text logs'})

const retention = section({
  runs: duration('Runs'),
  incidents: duration('Resolved incidents'),
  resets: duration('Reset requests and results'),
  alerts: duration('Alerts'),
  deliveries: duration('Deliveries of alerts'),
}).meta({description: 'How long the journals keep records'})

const breaker = section({
  failures: count('Number of failures within `window` that opens the breaker'),
  window: duration('Window of `failures`'),
  consecutive: count('Number of consecutive failures that opens the breaker'),
  recentFailures: count('Number of failures among `recentCalls` that opens the breaker'),
  recentCalls: count('Number of last calls for `recentFailures`'),
  forgetAfter: duration('Age from which failures do not count for `consecutive` and `recentFailures`'),
  openFor: duration('Time from open to half-open'),
  factor: ratio('Factor by which `openFor` grows after each failed probe', {min: 1, max: 100}),
  maxOpenFor: duration('Maximum of `openFor`'),
  probeLimit: duration('Time after which a probe without result is given up'),
})

const watchdog = section({
  escalateAfterFailedResets: count('Number of failed resets after which an incident is told', {min: 1}),
  escalateAfter: duration(
    'Time after which an incident is told, or its end; it is told at once if the next run comes later',
    {
      minMs: 0,
    },
  ),
  flapping: section({
    incidents: count('Number of incidents of one job that are one that flaps', {min: 2, max: 100}),
    within: duration('Time within which they open'),
    wellFor: duration('Such an incident ends once the job has been well for this time, and for three runs'),
  }).meta({description: 'When incidents of one job are one that flaps'}),
  bootGrace: duration('Time after a boot or a suspend in which nothing counts as late', {minMs: 0}),
  lateAfter: duration('Age of its last round from which the watchdog itself counts as late'),
}).meta({description: 'The watchdog'})

const openclawId = textOf(
  'Id of the job in OpenClaw',
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  'is not an id; write the full UUID, as in `openclaw cron list --all`',
)

const openclaw = section({
  command: argv('Command line of OpenClaw, for example [node24, openclaw.mjs]'),
  env: environment('Environment variables for OpenClaw, for example OPENCLAW_GATEWAY_TOKEN'),
  timeout: duration('Time limit of one call'),
  url: textOf('Address of the gateway', /^https?:\/\/[^@\s]+$/, 'is not an address; write http://host:port'),
  jobs: named(
    'Job in guard → job in OpenClaw',
    section({maxRunning: duration('Overrides the limit that OpenClaw reports')}, {id: openclawId}),
  ),
  allow: z.array(openclawId).meta({description: 'Other ids that may be reset'}),
  maxRunning: duration('Limit of a run if OpenClaw does not report one'),
  grace: duration('Time beyond the limit before a job counts as hung', {minMs: 0}),
  wedgedAfter: duration('Lateness of a slot from which the scheduler counts as wedged'),
  failingAfter: count('Number of consecutive errors from which a job counts as failing', {min: 1}),
  unreachableAfter: duration('Time after which it is an incident that OpenClaw cannot be asked', {minMs: 0}),
}).meta({description: 'OpenClaw, whose jobs are watched and reset'})

const resetDaemon = section({
  expireAfter: duration('Age at which an unanswered request expires'),
  minInterval: duration('Minimum time between two resets of one job', {minMs: 0}),
  lateAfter: duration('Age of its last round from which the daemon counts as late, if a request waits'),
}).meta({description: 'The reset daemon'})

const scheduler = section({
  maxParallel: count('Maximum number of its jobs that run at once (default: four times the number of cores)', {min: 1}),
}).meta({description: 'The scheduler, which starts jobs on machines without cron'})

const crashedRuns = section(
  {staleAfter: duration('Age of a file from which an owner that cannot be looked for counts as gone')},
  {files: globs('JSON files in which other programs keep the state of their runs')},
).meta({description: 'Runs of other programs that guard marks as failed once their process is gone'})

const fleet = section(
  {
    host: textOf(
      'Name by which the other hosts know this one (default: its host name)',
      jobNamePattern,
      'is not a name of a host; write letters, digits and . _ : @ -',
    ),
    timeout: duration('Limit of a connection to the store, and of an answer'),
    wait: duration('Time for which a store that is away is tried again', {minMs: 0}),
    onStoreError: oneOf('What to do with a run once that has passed', ['refuse', 'run']),
  },
  {postgres: secret('Address of the PostgreSQL, postgres://user:password@host/database')},
).meta({description: 'The store in which the hosts of a fleet agree who runs a job'})

const metrics = section({
  textfileDir: text('Folder in which each run leaves its figures for node_exporter, one file for each job'),
}).meta({description: 'Figures for Prometheus'})

/** The settings file. */
export const settingsSchema = section({
  $schema: text('For editors'),
  stateDir: text('State directory, relative to this file (default: ~/.local/state/guard)'),
  logDir: text('Folder of the text logs (default: logs in the state directory)'),
  logs,
  retention,
  interpreters: z
    .record(
      textOf('Extension', /^\.[A-Za-z0-9]+$/, 'is not an extension; write it with its dot, as in .py'),
      argv('Program'),
    )
    .meta({description: 'Extension → program that runs such a script'}),
  defaults: defaultsSection,
  jobs: named('Jobs by name', jobSection),
  services: named('Services by name', service),
  breakers: section({
    defaults: breaker.meta({description: 'Defaults for all targets'}),
    targets: named('Overrides by target', breaker),
  }).meta({description: 'Circuit breakers, which stop calls to a failing target'}),
  watchdog,
  openclaw,
  resetDaemon,
  scheduler,
  crashedRuns,
  fleet,
  channels: named('Channels for alerts, by name', channel),
  alerting: alertingSection,
  metrics,
}).meta({description: 'Settings of guard'})

/** The content of the settings file, checked and in the units of guard. */
export type WrittenSettings = z.output<typeof settingsSchema>
