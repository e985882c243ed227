import * as Args from '@oclif/core/args'
import {boolean, integer} from '@oclif/core/flags'
import {checkedName, GuardCommand} from '../../src/cli/guard-command.js'
import {breakerPolicy, callingProcess, wireBreaker} from '../../src/cli/wire/breaker.js'
import {formatDuration} from '../../src/domain/clock/duration.js'
import {probeOf, recordCall} from '../../src/usecases/breaker/breaker.js'

export default class BreakerRecord extends GuardCommand {
  static override summary = 'Record how a call to the target ended'
  static override examples = [
    '<%= config.bin %> breaker record alpaca-api --success',
    '<%= config.bin %> breaker record alpaca-api --failure',
  ]

  static override args = {target: Args.string({required: true, description: 'name of what was called'})}
  static override flags = {
    success: boolean({summary: 'the call succeeded', exactlyOne: ['success', 'failure']}),
    failure: boolean({summary: 'the call failed'}),
    pid: integer({summary: 'process that made the call', helpValue: 'PID', min: 1}),
  }

  async run(): Promise<object> {
    const {args, flags} = await this.parse(BreakerRecord)
    const target = checkedName(args.target, 'target')
    const guard = await this.openGuard(flags)
    const deps = wireBreaker(guard)
    const probe = probeOf(deps, target, callingProcess(flags.pid))
    const to = {target, policy: breakerPolicy(guard.settings, target)}
    const credit = guard.settings.defaults.retry.budget.ratio
    const change = recordCall(deps, to, {ok: flags.success, probe, credit})
    const effect =
      change.change === 'opened' ? `opened for ${formatDuration(change.openForMs)}: ${change.reason}` : change.change
    this.print(change.change === 'none' ? 'recorded' : `recorded; ${target} ${effect}`)
    return {target, ...change}
  }
}
