import {boolean} from '@oclif/core/flags'
import {durationFlag, GuardCommand} from '../src/cli/guard-command.js'
import {renderResetPlan} from '../src/cli/render/reset.js'
import {hasNoOpenClaw, runResetDaemon} from '../src/cli/run-reset-daemon.js'
import {wireResetDaemon} from '../src/cli/wire/reset-daemon.js'
import {aboutRequest, planResets, unreadableLines} from '../src/usecases/reset/answer-resets.js'

/** Answers the requests to reset stuck jobs of OpenClaw, and makes sure that none of them stays disabled. */
export default class ResetDaemon extends GuardCommand {
  static override summary = 'Answer the pending requests to reset stuck jobs of OpenClaw'
  static override description =
    'One round, for the crontab, or rounds for ever with --watch. A job that has been active since the request is not reset. Exits with 1 only when a reset failed or a job could not be enabled again, and with 75 when another reset daemon is at work.'
  static override examples = [
    '<%= config.bin %> reset-daemon',
    '<%= config.bin %> reset-daemon --watch 2m',
    '<%= config.bin %> reset-daemon --dry-run --json',
  ]

  static override flags = {
    watch: durationFlag({summary: 'go on for ever, with this time between two rounds'}),
    'dry-run': boolean({summary: 'print what a round would do, and do nothing', exclusive: ['watch']}),
    verbose: boolean({summary: 'print a round without requests too, without a terminal', exclusive: ['watch']}),
  }

  async run(): Promise<object | undefined> {
    const {flags} = await this.parse(ResetDaemon)
    const guard = await this.openGuard(flags)
    if (flags['dry-run']) {
      if (hasNoOpenClaw(guard)) return {planned: [], unreadable: 0}
      const deps = wireResetDaemon(guard, new AbortController().signal)
      const [plan, unreadable] = [planResets(deps, new Set()), unreadableLines(deps)]
      this.print(renderResetPlan(plan, unreadable))
      return {
        planned: plan.map(({request, ...decision}) => ({...aboutRequest(deps, request), ...decision})),
        unreadable,
      }
    }
    const newsOnly = !flags.verbose && !process.stdout.isTTY
    const print = (text: string) => this.print(text)
    return runResetDaemon(guard, {watchMs: flags.watch, json: this.jsonEnabled(), newsOnly, print})
  }

  /** A watch has printed its rounds itself, one a line. */
  override logJson(value: unknown): void {
    if (value !== undefined) super.logJson(value)
  }
}
