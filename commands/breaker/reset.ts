import {checkedName} from '../../src/cli/checked-name.js'
import {defineCommand} from '../../src/cli/command/definition.js'
import {wireKnownBreaker} from '../../src/cli/wire/breaker.js'
import {resetByHand} from '../../src/usecases/breaker/breaker.js'

export default defineCommand({
  summary: 'Forget all about a target: its calls, its openings, its retry budget',
  examples: ['guard breaker reset alpaca-api'],
  args: {target: {required: true, summary: 'name of what is called'}},
  async run({args, print, openGuard}) {
    const target = checkedName(args.target, 'target')
    resetByHand(wireKnownBreaker(await openGuard(), target), target)
    print(`${target} is forgotten`)
    return {target, state: 'closed'}
  },
})
