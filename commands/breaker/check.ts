import * as Args from '@oclif/core/args'
import {integer} from '@oclif/core/flags'
import {checkedName, GuardCommand} from '../../src/cli/guard-command.js'
import {breakerPolicy, callingProcess, wireBreaker} from '../../src/cli/wire/breaker.js'
import {GuardError} from '../../src/errors.js'
import {allowCall} from '../../src/usecases/breaker/breaker.js'

export default class BreakerCheck extends GuardCommand {
  static override summary = 'May the target be called now? Exit 0 if so, 69 if its breaker is open'
  static override description =
    `The one caller that a half-open breaker lets through is its probe, until it records how the call ended or its process
ends. The process is the one that started guard, or the one that --pid names.`
  static override examples = [
    '<%= config.bin %> breaker check alpaca-api && curl -sf https://api.example.com/ && <%= config.bin %> breaker record alpaca-api --success',
  ]

  static override args = {target: Args.string({required: true, description: 'name of what is called'})}
  static override flags = {pid: integer({summary: 'process that makes the call', helpValue: 'PID', min: 1})}

  async run(): Promise<object> {
    const {args, flags} = await this.parse(BreakerCheck)
    const target = checkedName(args.target, 'target')
    const guard = await this.openGuard(flags)
    const to = {target, policy: breakerPolicy(guard.settings, target)}
    const permit = allowCall(wireBreaker(guard), to, callingProcess(flags.pid))
    if (!permit.allowed) {
      const until = permit.retryAt === undefined ? undefined : new Date(permit.retryAt).toISOString()
      const hint = until ? `ask again at ${until}` : `close it: guard breaker close ${target}`
      throw new GuardError('breaker-open', permit.reason, [hint], {details: {target, ...(until && {retryAt: until})}})
    }
    this.print(
      permit.probe === undefined ? `${target} may be called` : `${target} may be called: this call is the probe`,
    )
    return {target, allowed: true, ...(permit.probe !== undefined && {probe: permit.probe})}
  }
}
