import {defineCommand} from '../src/cli/command/definition.js'
import {isTerminal} from '../src/cli/output/terminal.js'
import {dryRun, runWatchdog} from '../src/cli/watchdog/run-watchdog.js'
import {watchFlag} from '../src/cli/watchdog/watch-flag.js'

/** Looks after all watched jobs: opens, escalates and resolves incidents, and asks for resets. */
export default defineCommand({
  summary: 'Look after all watched jobs by their leases, outputs and schedules',
  description:
    'One round, for the crontab, or rounds for ever with --watch. Without a terminal it prints only news: what was opened, told or resolved. Exits with 0 when all is healthy, 1 when trouble is being healed, 2 when a human was called, and with 75 when another watchdog is at work.',
  usage: 'watchdog [--watch D | [--dry-run] [--verbose]]',
  examples: ['guard watchdog', 'guard watchdog --watch 60s', 'guard watchdog --dry-run --json'],
  flags: {
    watch: watchFlag,
    'dry-run': {type: 'boolean', summary: 'print what a round would see and do, and do nothing', exclusive: ['watch']},
    verbose: {type: 'boolean', summary: 'print every job without a terminal too', exclusive: ['watch']},
  },
  async run({flags, show, openGuard, json}) {
    const guard = await openGuard()
    if (flags['dry-run']) return dryRun(guard, {json, show})
    const newsOnly = !flags.verbose && !isTerminal('stdout')
    return runWatchdog(guard, {watchMs: flags.watch, json, newsOnly, show, openGuard})
  },
})
