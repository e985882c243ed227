import {checkedName} from '../src/cli/checked-name.js'
import {defineCommand} from '../src/cli/command/definition.js'
import {showWait} from '../src/cli/output/progress.js'
import {printWarning} from '../src/cli/output/stderr.js'
import {breakerPolicy, wireBreaker} from '../src/cli/wire/breaker.js'
import {evidenceMask} from '../src/cli/wire/run/evidence-mask.js'
import {openRetry} from '../src/cli/wire/run/retry.js'
import {formatDuration} from '../src/domain/clock/duration.js'
import type {RetrySettings} from '../src/domain/settings/job.js'
import {GuardError} from '../src/errors.js'
import {retryCommand} from '../src/usecases/breaker/retry-command.js'

/** Attempts of a command without --attempts; jobs under `guard run` have theirs in the settings. */
const defaultAttempts = 4

export default defineCommand({
  summary: 'Run a command, again if the way it failed calls for it',
  description: `Why it failed is read from its output. Rate limits (429) and server faults (5xx) wait as long as the other side asks
(Retry-After), and are given up if that is longer than --max-delay; else they and connection faults back off, a timeout gets twice the time, a refused request (400) is repeated once; missing rights
(401, 403) and missing things (404) are never tried again.`,
  usage: 'retry [FLAGS] -- COMMAND [ARGS...]',
  examples: [
    'guard retry -- curl -sSf https://api.example.com/prices',
    'guard retry --attempts 6 --timeout 20s --deadline 5m -- psql -c "select 1"',
    'guard retry --target alpaca-api -- python3 fetch_prices.py',
  ],
  takesProgram: true,
  flags: {
    attempts: {
      type: 'integer',
      summary: 'most attempts, the first included',
      default: defaultAttempts,
      min: 1,
      max: 1000,
    },
    delay: {type: 'duration', summary: 'wait before the second attempt; doubles each time', settingsDefault: '2s'},
    'max-delay': {type: 'duration', summary: 'longest wait', settingsDefault: '1m'},
    jitter: {type: 'share', summary: 'share of each wait that is random', settingsDefault: '0.5'},
    timeout: {type: 'duration', summary: 'time limit of an attempt; 0 for none'},
    'kill-after': {type: 'duration', summary: 'from TERM to KILL at a time limit', default: 10_000},
    deadline: {type: 'duration', summary: 'one limit over all attempts and waits'},
    target: {type: 'text', summary: 'use the breaker of this target, and share its retry budget', helpValue: 'NAME'},
  },
  async run({flags, target, json, openGuard}) {
    const [program, ...args] = target.argv
    if (program === undefined)
      throw new GuardError('usage', 'no command given', ['write it after --: guard retry -- curl …'])
    const guard = await openGuard()
    const name = flags.target === undefined ? undefined : checkedName(flags.target, 'target')
    const policy = withFlags(guard.settings.defaults.retry, {
      maxAttempts: flags.attempts,
      firstDelayMs: flags.delay,
      maxDelayMs: flags['max-delay'],
      jitter: flags.jitter,
      deadlineMs: flags.deadline,
    })
    const command = {
      argv: [program, ...args] as const,
      timeoutMs: flags.timeout === 0 ? undefined : flags.timeout,
      killAfterMs: flags['kill-after'],
      json,
      mask: evidenceMask(guard.settings, guard.settings.defaults),
    }
    const report = await retryCommand(
      {
        ...openRetry(command),
        clock: guard.clock,
        random: Math.random,
        showWait,
        breaker: name === undefined ? undefined : wireBreaker(guard),
        onRetry: ({attempt, afterMs, reason}) =>
          printWarning(`attempt ${attempt} failed (${reason}); the next in ${formatDuration(afterMs)}`),
        warn: printWarning,
      },
      {policy, target: name === undefined ? undefined : {target: name, policy: breakerPolicy(guard.settings, name)}},
    )
    if (report.outcome !== 'healthy')
      printWarning(`no further attempt: ${report.stopped}${report.evidence ? ` (${report.evidence})` : ''}`)
    process.exitCode = report.exitCode
    return report
  },
})

/** Flags outrank settings; one that was not given changes nothing. */
function withFlags(
  settings: RetrySettings,
  flags: {readonly [K in keyof RetrySettings]?: RetrySettings[K] | undefined},
): RetrySettings {
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined))
  return {...settings, ...given}
}
