import * as Args from '@oclif/core/args'
import {string} from '@oclif/core/flags'
import {checkedName, durationFlag, GuardCommand} from '../../src/cli/guard-command.js'
import {wireBreaker} from '../../src/cli/wire/breaker.js'
import {formatDuration} from '../../src/domain/clock/duration.js'
import {isolateByHand} from '../../src/usecases/breaker/breaker.js'

export default class BreakerIsolate extends GuardCommand {
  static override summary = 'Hold a breaker open, without probes, for a time or until it is closed'
  static override examples = [
    '<%= config.bin %> breaker isolate alpaca-api --for 2h --reason "vendor maintenance"',
    '<%= config.bin %> breaker isolate old-feed --reason "switched off"',
  ]

  static override args = {target: Args.string({required: true, description: 'name of what is not to be called'})}
  static override flags = {
    for: durationFlag({summary: 'for so long (default: until it is closed)'}),
    reason: string({summary: 'why, for those who meet it', required: true, helpValue: 'TEXT'}),
  }

  async run(): Promise<object> {
    const {args, flags} = await this.parse(BreakerIsolate)
    const target = checkedName(args.target, 'target')
    const forMs = flags.for
    const deps = wireBreaker(await this.openGuard(flags))
    isolateByHand(deps, target, {reason: flags.reason, ...(forMs !== undefined && {forMs})})
    this.print(`${target} is isolated ${forMs === undefined ? 'until it is closed' : `for ${formatDuration(forMs)}`}`)
    return {target, state: 'isolated', ...(forMs !== undefined && {forMs})}
  }
}
