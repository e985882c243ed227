import * as Args from '@oclif/core/args'
import {checkedName, GuardCommand} from '../../src/cli/guard-command.js'
import {wireBreaker} from '../../src/cli/wire/breaker.js'
import {closeByHand} from '../../src/usecases/breaker/breaker.js'

export default class BreakerClose extends GuardCommand {
  static override summary = 'Close a breaker, isolated or not: calls go through again, its failures are forgotten'
  static override examples = ['<%= config.bin %> breaker close alpaca-api']

  static override args = {target: Args.string({required: true, description: 'name of what may be called again'})}

  async run(): Promise<object> {
    const {args, flags} = await this.parse(BreakerClose)
    const target = checkedName(args.target, 'target')
    closeByHand(wireBreaker(await this.openGuard(flags)), target)
    this.print(`${target} is closed`)
    return {target, state: 'closed'}
  }
}
