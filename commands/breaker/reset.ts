import * as Args from '@oclif/core/args'
import {checkedName, GuardCommand} from '../../src/cli/guard-command.js'
import {wireBreaker} from '../../src/cli/wire/breaker.js'
import {resetByHand} from '../../src/usecases/breaker/breaker.js'

export default class BreakerReset extends GuardCommand {
  static override summary = 'Forget all about a target: its calls, its openings, its retry budget'
  static override examples = ['<%= config.bin %> breaker reset alpaca-api']

  static override args = {target: Args.string({required: true, description: 'name of what is called'})}

  async run(): Promise<object> {
    const {args, flags} = await this.parse(BreakerReset)
    const target = checkedName(args.target, 'target')
    resetByHand(wireBreaker(await this.openGuard(flags)), target)
    this.print(`${target} is forgotten`)
    return {target, state: 'closed'}
  }
}
