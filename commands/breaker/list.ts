import {defineCommand} from '../../src/cli/command/definition.js'
import {breakerToJson, renderBreakers} from '../../src/cli/render/breaker.js'
import {readBreakers} from '../../src/cli/wire/breaker.js'

export default defineCommand({
  summary: 'All breakers: which targets are called, which are spared, and why',
  examples: ['guard breaker list', 'guard breaker list --json'],
  async run({print, show, openGuard}) {
    const {breakers, now} = readBreakers(await openGuard())
    if (breakers.length === 0) print('no breakers yet')
    else show(renderBreakers, breakers, now)
    return {breakers: breakers.map((breaker) => breakerToJson(breaker, now))}
  },
})
