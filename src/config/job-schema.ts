import {z} from 'zod'
import {
  argv,
  commandLine,
  count,
  duration,
  environment,
  flag,
  globs,
  jobName,
  oneOf,
  oneOrMore,
  pattern,
  ratio,
  schedule,
  size,
  text,
  textOf,
  timezone,
} from './fields.js'
import {recoveryStep} from './recovery-schema.js'
import {section} from './section.js'

const trouble = ['degraded', 'unhealthy', 'failed', 'timed-out', 'killed', 'not-started'] as const
const className = /^[a-z0-9][a-z0-9-]{0,63}$/
const classForm = 'is no failure class; write small letters, digits and hyphens, as uw-socket'

export const budgetSection = section({
  recoveries: count('Recoveries that are tried …'),
  per: duration('… within this time; then the incident escalates instead'),
}).meta({description: 'Keeps guard from healing the same thing for ever'})

const retryClass = section({
  maxRetries: count('Most retries for this class; 0 means never'),
  timeoutFactor: ratio('The next attempt gets so many times the timeout', {min: 1, max: 100}),
  honourRetryAfter: flag('Wait as long as the other side asked'),
})

const retrySection = section({
  maxAttempts: count('Attempts, the first one included; 1 means no retry', {min: 1, max: 1000}),
  firstDelay: duration('Delay before the second attempt', {minMs: 0}),
  factor: ratio('Each delay is so many times the one before', {min: 1, max: 100}),
  maxDelay: duration('Longest delay', {minMs: 0}),
  jitter: ratio('Share of the delay that is random'),
  deadline: duration('One limit over all attempts and delays'),
  on: z.array(oneOf('Outcome', trouble)).meta({description: 'Outcomes that are tried again'}),
  classes: z.record(z.string().regex(className, {error: classForm}), retryClass).meta({
    description: 'What differs for a failure class',
  }),
  budget: section({
    ratio: ratio('Retries earned by each first attempt', {max: 10}),
    reserve: count('Retries there at the start'),
  }).meta({description: 'Retries that all processes together may make against one target'}),
}).meta({description: 'How failed attempts are repeated'})

const output = section(
  {
    maxAge: duration('The newest file may be so old'),
    minSize: size('The newest file has at least this size'),
    contains: oneOrMore('Patterns that the newest file must contain', pattern()),
    lacks: oneOrMore('Patterns that the newest file must not contain', pattern()),
  },
  {files: globs('Files that the job must keep fresh')},
)

/** What may be said of one job and for all jobs. */
const shared = {
  cwd: text('Working directory (default: the one where guard is started)'),
  env: environment('Variables for the job'),
  shell: flag('Run the command by /bin/sh -c'),
  timezone: timezone("Time zone of the schedule (default: the machine's)"),
  watch: flag('Let the watchdog look after the job'),
  freshFor: duration('How long the end of a good run proves health (default: until the next slot, plus grace)'),
  grace: duration('How late a slot may start before it counts as missed', {minMs: 0}),
  timeout: duration('Limit of one run (default: none)'),
  killAfter: duration('From TERM to KILL', {minMs: 0}),
  silence: duration('No output for so long counts as hung (default: no limit)'),
  ttl: duration('Time to live of the lease; renewed while the job runs', {minMs: 1000}),
  overlap: oneOf('When the job is still running', ['skip', 'wait', 'cancel-other', 'allow']),
  wait: duration('How long to wait with overlap: wait (default: as long as it takes)', {minMs: 0}),
  jitter: duration('Longest random delay before the start', {minMs: 0}),
  quiet: flag('Show the output only if the run fails'),
  skipExitCode: count('Exit code when the run is skipped because the lease is held', {max: 255}),
  onStateError: oneOf('When the journal cannot be written: run the job all the same, or refuse', ['run', 'refuse']),
  retry: retrySection,
  exitMap: z
    .record(
      textOf('Exit code', /^(\d{1,2}|1\d\d|2[0-4]\d|25[0-5])$/, 'is no exit code; write a number from 0 to 255'),
      oneOf('Outcome', ['healthy', 'degraded', 'unhealthy', 'failed']),
    )
    .meta({description: 'Exit code → outcome; any other is failed'}),
  failures: z
    .record(z.string().regex(className, {error: classForm}), oneOrMore('Patterns of the class', pattern()))
    .meta({description: 'Failure class → patterns searched in the output, line by line'}),
  recoverOn: z.array(oneOf('Outcome', trouble)).meta({description: 'Outcomes that start the recovery'}),
  recovery: z
    .array(recoveryStep)
    .meta({description: 'Steps in order; a step with `when` only for that class or outcome'}),
  budget: budgetSection,
}

export const defaultsSection = section(shared).meta({description: 'What holds for every job that says nothing else'})

export const jobSection = section({
  script: text('Script, relative to the settings file'),
  command: commandLine('Command line instead of a script; with shell: true one text'),
  args: z.array(z.string().regex(/^[^\0]*$/, {error: 'has a NUL in it'})).meta({description: 'Arguments'}),
  interpreter: argv('Program that runs the script'),
  schedule: schedule('Cron expression, used by the watchdog and the scheduler'),
  ...shared,
  breaker: section({}, {target: jobName('Breaker that is asked before a run; jobs may share it')}),
  outputs: z.array(output).meta({description: 'What the job must keep fresh'}),
}).meta({description: 'One job'})
