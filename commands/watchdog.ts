import {boolean} from '@oclif/core/flags'
import {durationFlag, GuardCommand} from '../src/cli/guard-command.js'
import {dryRun, runWatchdog} from '../src/cli/run-watchdog.js'

/** Looks after all watched jobs: opens, escalates and resolves incidents, and asks for resets. */
export default class Watchdog extends GuardCommand {
  static override summary = 'Look after all watched jobs by their leases, outputs and schedules'
  static override description =
    'One round, for the crontab, or rounds for ever with --watch. Without a terminal it prints only news: what was opened, told or resolved. Exits with 0 when all is healthy, 1 when trouble is being healed, 2 when a human was called, and with 75 when another watchdog is at work.'
  static override examples = [
    '<%= config.bin %> watchdog',
    '<%= config.bin %> watchdog --watch 60s',
    '<%= config.bin %> watchdog --dry-run --json',
  ]

  static override flags = {
    watch: durationFlag({summary: 'go on for ever, with so long between two rounds'}),
    'dry-run': boolean({summary: 'print what a round would see and do, and do nothing', exclusive: ['watch']}),
    verbose: boolean({summary: 'print every job without a terminal too', exclusive: ['watch']}),
  }

  async run(): Promise<object | undefined> {
    const {flags} = await this.parse(Watchdog)
    const guard = await this.openGuard(flags)
    const print = (text: string) => this.print(text)
    const json = this.jsonEnabled()
    if (flags['dry-run']) return dryRun(guard, {json, print})
    const newsOnly = !flags.verbose && !process.stdout.isTTY
    return runWatchdog(guard, {watchMs: flags.watch, json, newsOnly, print})
  }

  /** A watch has printed its rounds itself, one a line. */
  override logJson(value: unknown): void {
    if (value !== undefined) super.logJson(value)
  }
}
