import {defineCommand} from '../src/cli/command/definition.js'
import {isTerminal} from '../src/cli/output/terminal.js'
import {renderResetPlan} from '../src/cli/render/reset.js'
import {hasNoOpenClaw, runResetDaemon} from '../src/cli/watchdog/run-reset-daemon.js'
import {watchFlag} from '../src/cli/watchdog/watch-flag.js'
import {wireResetDaemon} from '../src/cli/wire/reset-daemon.js'
import {aboutRequest, planResets, unreadableLines} from '../src/usecases/reset/answer-resets.js'

/** Answers the requests to reset stuck jobs of OpenClaw, and makes sure that none of them stays disabled. */
export default defineCommand({
  summary: 'Answer the pending requests to reset stuck jobs of OpenClaw',
  description:
    'One round, for the crontab, or rounds for ever with --watch. A job that has been active since the request is not reset. Exits with 1 only when a reset failed or a job could not be enabled again, and with 75 when another reset daemon is at work.',
  usage: 'reset-daemon [--watch D | [--dry-run] [--verbose]]',
  examples: ['guard reset-daemon', 'guard reset-daemon --watch 2m', 'guard reset-daemon --dry-run --json'],
  flags: {
    watch: watchFlag,
    'dry-run': {type: 'boolean', summary: 'print what a round would do, and do nothing', exclusive: ['watch']},
    verbose: {type: 'boolean', summary: 'print a round without requests too, without a terminal', exclusive: ['watch']},
  },
  async run({flags, openGuard, json, show}) {
    const guard = await openGuard()
    if (flags['dry-run']) {
      if (hasNoOpenClaw(guard)) return {planned: [], unreadable: 0}
      const deps = wireResetDaemon(guard, new AbortController().signal)
      const [plan, unreadable] = [planResets(deps, new Set()), unreadableLines(deps)]
      show(renderResetPlan, plan, unreadable)
      return {
        planned: plan.map(({request, ...decision}) => ({...aboutRequest(deps, request), ...decision})),
        unreadable,
      }
    }
    const newsOnly = !flags.verbose && !isTerminal('stdout')
    return runResetDaemon(guard, {watchMs: flags.watch, json, newsOnly, show, openGuard})
  },
})
