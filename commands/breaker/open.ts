import * as Args from '@oclif/core/args'
import {string} from '@oclif/core/flags'
import {checkedName, durationFlag, GuardCommand} from '../../src/cli/guard-command.js'
import {breakerPolicy, wireBreaker} from '../../src/cli/wire/breaker.js'
import {formatDuration} from '../../src/domain/clock/duration.js'
import {openByHand} from '../../src/usecases/breaker/breaker.js'

export default class BreakerOpen extends GuardCommand {
  static override summary = 'Open a breaker by hand; it lets a probe through after its time'
  static override examples = ['<%= config.bin %> breaker open alpaca-api --for 10m --reason "vendor reports trouble"']

  static override args = {target: Args.string({required: true, description: 'name of what is not to be called'})}
  static override flags = {
    for: durationFlag({summary: 'until the probe (default: openFor of the settings)'}),
    reason: string({summary: 'why, for those who meet it', default: 'opened by hand', helpValue: 'TEXT'}),
  }

  async run(): Promise<object> {
    const {args, flags} = await this.parse(BreakerOpen)
    const target = checkedName(args.target, 'target')
    const guard = await this.openGuard(flags)
    const openForMs = flags.for ?? breakerPolicy(guard.settings, target).openForMs
    openByHand(wireBreaker(guard), target, {reason: flags.reason, openForMs})
    this.print(`${target} is open for ${formatDuration(openForMs)}`)
    return {target, state: 'open', openForMs}
  }
}
