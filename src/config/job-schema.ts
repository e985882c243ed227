import {z} from 'zod'
import {troubleOutcomes} from '../domain/settings/job.js'
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

const catchUpModes = ['skip', 'once', 'all'] as const
const className = /^[a-z0-9][a-z0-9-]{0,63}$/
const classForm = 'is not valid; write lower-case letters, digits and hyphens, as in uw-socket'

export const budgetSection = section({
  recoveries: count('Maximum number of recoveries within `per`'),
  per: duration('Window of the budget; when it is spent, the incident escalates instead'),
}).meta({description: 'Limits the number of recoveries'})

const retryClass = section({
  maxRetries: count('Maximum number of retries for this class; 0 means none'),
  timeoutFactor: ratio('Factor by which the timeout of the next attempt grows', {min: 1, max: 100}),
  honourRetryAfter: flag('Wait as long as the Retry-After of the server says'),
})

const retrySection = section({
  maxAttempts: count('Maximum number of attempts, including the first; 1 means no retry', {min: 1, max: 1000}),
  firstDelay: duration('Delay before the second attempt', {minMs: 0}),
  factor: ratio('Factor from one delay to the next', {min: 1, max: 100}),
  maxDelay: duration('Longest delay', {minMs: 0}),
  jitter: ratio('Random share of each delay'),
  deadline: duration('Limit for all attempts and delays together, the first included (default: none)'),
  on: z.array(oneOf('Outcome', troubleOutcomes)).meta({description: 'Outcomes that are retried'}),
  classes: z.record(z.string().regex(className, {error: classForm}), retryClass).meta({
    description: 'Overrides for a failure class',
  }),
  budget: section({
    ratio: ratio('Retries that each first attempt adds to the budget', {max: 10}),
    reserve: count('Initial number of retries in the budget'),
  }).meta({description: 'Retry budget that all processes share for one target'}),
}).meta({description: 'How failed attempts are retried'})

const output = section(
  {
    maxAge: duration('Maximum age of the newest file'),
    minSize: size('Minimum size of the newest file'),
    contains: oneOrMore('Patterns that the newest file must contain', pattern()),
    lacks: oneOrMore('Patterns that the newest file must not contain', pattern()),
  },
  {files: globs('Files that the job must keep fresh')},
)

const catchUpForm = 'is neither skip, once nor all, nor an object with mode, window and limit; write one of them'

/** A mode alone, or with its limits. */
const catchUp = z
  .union(
    [
      z.enum(catchUpModes),
      section({
        mode: oneOf('Which slots are run that the scheduler could not start in time', catchUpModes),
        window: duration('Age from which a slot is not run any more'),
        limit: count('Maximum number of slots that mode all runs', {min: 1, max: 100}),
      }),
    ],
    {error: catchUpForm},
  )
  .transform((value) => (typeof value === 'string' ? {mode: value} : value))
  .meta({description: 'What the scheduler does with slots at which it, the machine or the clock was away'})

/** Keys of a job that are also allowed in `defaults`. */
const shared = {
  cwd: text('Working directory (default: that of guard)'),
  env: environment('Environment variables for the job'),
  shell: flag('Run the command with /bin/sh -c'),
  timezone: timezone("Time zone of the schedule (default: the machine's)"),
  catchUp,
  spread: duration('The scheduler starts the job later than its slot by a fixed span of its own, less than this', {
    minMs: 0,
  }),
  watch: flag('Whether the watchdog watches the job'),
  freshFor: duration('How long a healthy run proves health (default: until the next slot, plus grace)'),
  grace: duration('How late a run may start before its slot counts as missed', {minMs: 0}),
  timeout: duration('Limit of one run (default: none)'),
  killAfter: duration('Time from TERM to KILL', {minMs: 0}),
  silence: duration('A job without output for this long counts as hung (default: no limit)'),
  longestRun: duration(
    'A run that lasts longer is hung for the watchdog (default without timeout: three periods of the schedule or 10 times the usual time, whichever is later)',
  ),
  ttl: duration('Time to live of the lease, which is renewed while the job runs', {minMs: 1000}),
  overlap: oneOf('What to do if the job is still running', ['skip', 'wait', 'cancel-other', 'allow']),
  wait: duration('How long overlap: wait waits (default: no limit)', {minMs: 0}),
  jitter: duration('Maximum random delay before the start', {minMs: 0}),
  quiet: flag('Show the output, and what guard says of the job, only if the run fails'),
  skipExitCode: count('Exit code of a run that is skipped because the lease is held', {max: 255}),
  onStateError: oneOf('Whether to run the job if the journal cannot be written', ['run', 'refuse']),
  onCrash: oneOf('What to do after a run whose guard and job were killed', ['rerun', 'leave']),
  scope: oneOf('Among whom the job runs once at a time: on this machine, or in the fleet', ['machine', 'fleet']),
  retry: retrySection,
  exitMap: z
    .record(
      textOf('Exit code', /^(\d{1,2}|1\d\d|2[0-4]\d|25[0-5])$/, 'is not an exit code; write a number from 0 to 255'),
      oneOf('Outcome', ['healthy', 'degraded', 'unhealthy', 'failed']),
    )
    .meta({description: 'Exit code → outcome; any other exit code is failed'}),
  failures: z
    .record(z.string().regex(className, {error: classForm}), oneOrMore('Patterns of the class', pattern()))
    .meta({description: 'Failure class → patterns searched in the output, line by line'}),
  recoverOn: z.array(oneOf('Outcome', troubleOutcomes)).meta({description: 'Outcomes that start a recovery'}),
  recovery: z.array(recoveryStep).meta({description: 'Steps of the recovery, in order'}),
  budget: budgetSection,
}

export const defaultsSection = section(shared).meta({description: 'Defaults for all jobs'})

export const jobSection = section({
  script: text('Script, relative to the settings file'),
  command: commandLine('Command line instead of a script; one string with shell: true'),
  args: z.array(z.string().regex(/^[^\0]*$/, {error: 'contains a NUL'})).meta({description: 'Arguments'}),
  interpreter: argv('Program that runs the script'),
  schedule: schedule(
    'Cron expression of five fields, or six with seconds, or @every D; by it the watchdog finds missed runs, and the scheduler starts the job',
  ),
  ...shared,
  breaker: section({}, {target: jobName('Breaker that is checked before each run; jobs may share it')}),
  outputs: z.array(output).meta({description: 'Files that the job must keep fresh'}),
  ping: text('Name of the channel of type ping that hears of the start and the end of each run'),
}).meta({description: 'One job'})
