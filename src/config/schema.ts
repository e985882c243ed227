import {z} from 'zod'
import {alertingSection, channel} from './alert-schema.js'
import {argv, count, duration, environment, named, ratio, size, text, textOf} from './fields.js'
import {defaultsSection, jobSection} from './job-schema.js'
import {section} from './section.js'
import {service} from './service-schema.js'

const logs = section({
  maxSize: size('A log is rotated at this size'),
  keep: count('Old logs that are kept', {max: 1000}),
  maxAge: duration('Old logs are removed at this age'),
}).meta({description: 'Rotation of the text logs'})

const retention = section({
  runs: duration('Runs'),
  incidents: duration('Incidents that are over'),
  resets: duration('Reset requests and results'),
  alerts: duration('Alerts'),
  deliveries: duration('Deliveries of alerts'),
}).meta({description: 'How long the journals remember what is over'})

const breaker = section({
  failures: count('Opens after so many failures …'),
  window: duration('… within this time'),
  consecutive: count('or after so many one after the other'),
  recentFailures: count('or after so many …'),
  recentCalls: count('… among so many calls'),
  openFor: duration('From open to half-open'),
  factor: ratio('Each opening after a failed probe takes so many times longer', {min: 1, max: 100}),
  maxOpenFor: duration('… at most'),
  probeLimit: duration('A probe that says nothing for so long is given up'),
})

const watchdog = section({
  escalateAfterFailedResets: count('Failed resets after which a human hears of it', {min: 1}),
  repeatAlertAfter: duration('Between two alerts of one job'),
  escalateAfter: duration('An incident is told when it has lasted so long, or at once if the next run is later', {
    minMs: 0,
  }),
  flapping: section({
    incidents: count('So many incidents of one job …', {min: 2, max: 100}),
    within: duration('… within this time are one that flaps'),
  }).meta({description: 'When incidents of one job are one that flaps'}),
  bootGrace: duration('After a boot or a suspend nothing is late for so long', {minMs: 0}),
  lateAfter: duration('The watchdog itself is late when its last round is older'),
}).meta({description: 'The watchdog'})

const openclawId = textOf(
  'Id of the job in OpenClaw',
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  'is no id; write the full UUID, as `openclaw cron list --all` shows it',
)

const openclaw = section({
  command: argv('The command line, as [node24, openclaw.mjs]'),
  env: environment('Variables for it, as OPENCLAW_GATEWAY_TOKEN'),
  timeout: duration('Limit of one call'),
  url: textOf('Address of the gateway', /^https?:\/\/[^@\s]+$/, 'is no address; write http://host:port'),
  jobs: named(
    'Name of the job in guard → job in OpenClaw',
    section({maxRunning: duration('Outranks the limit that OpenClaw tells')}, {id: openclawId}),
  ),
  allow: z.array(openclawId).meta({description: 'Further ids that may be reset'}),
  maxRunning: duration('Longest run of a job whose limit OpenClaw does not tell'),
  grace: duration('Added to the limit before a job counts as hung', {minMs: 0}),
  wedgedAfter: duration('A slot so late means that the scheduler stands'),
  failingAfter: count('So many errors one after the other count as failing', {min: 1}),
  unreachableAfter: duration('OpenClaw that cannot be asked for so long is an incident', {minMs: 0}),
}).meta({description: 'OpenClaw, when its jobs are to be watched and reset'})

const resetDaemon = section({
  expireAfter: duration('A request that nobody answered for so long is void'),
  minInterval: duration('Between two resets of one job', {minMs: 0}),
  lateAfter: duration('The daemon is late when a request waits and its last round is older'),
}).meta({description: 'The reset daemon'})

/** The settings file. */
export const settingsSchema = section({
  $schema: text('For editors'),
  stateDir: text('State directory, relative to this file (default: ~/.local/state/guard)'),
  logDir: text('Folder of the text logs (default: logs in the state directory)'),
  logs,
  retention,
  interpreters: z
    .record(textOf('Extension', /^\.[A-Za-z0-9]+$/, 'is no extension; write it with its dot, as .py'), argv('Program'))
    .meta({description: 'Extension → program that runs such a script'}),
  defaults: defaultsSection,
  jobs: named('The jobs by name', jobSection),
  services: named('What can be restarted, by name', service),
  breakers: section({
    defaults: breaker.meta({description: 'What holds for every target that says nothing else'}),
    targets: named('Target → what differs for it', breaker),
  }).meta({description: 'When calls to a target are stopped'}),
  watchdog,
  openclaw,
  resetDaemon,
  channels: named('Ways for alerts to go out, by name', channel),
  alerting: alertingSection,
}).meta({description: 'Settings of guard'})

/** What the user wrote, checked and in guard's units. */
export type WrittenSettings = z.output<typeof settingsSchema>
