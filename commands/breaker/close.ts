import {checkedName} from '../../src/cli/checked-name.js'
import {defineCommand} from '../../src/cli/command/definition.js'
import {wireKnownBreaker} from '../../src/cli/wire/breaker.js'
import {closeByHand} from '../../src/usecases/breaker/breaker.js'

export default defineCommand({
  summary: 'Close a breaker, isolated or not, and forget its failures',
  examples: ['guard breaker close alpaca-api'],
  args: {target: {required: true, summary: 'name of what may be called again'}},
  async run({args, print, openGuard}) {
    const target = checkedName(args.target, 'target')
    closeByHand(wireKnownBreaker(await openGuard(), target), target)
    print(`${target} is closed`)
    return {target, state: 'closed'}
  },
})
