import {GuardCommand} from '../../src/cli/guard-command.js'
import {breakerToJson, renderBreakers} from '../../src/cli/render/breaker.js'
import {wireBreaker} from '../../src/cli/wire/breaker.js'

export default class BreakerList extends GuardCommand {
  static override summary = 'All breakers: which targets are called, which are spared, and why'
  static override examples = ['<%= config.bin %> breaker list', '<%= config.bin %> breaker list --json']

  async run(): Promise<object> {
    const {flags} = await this.parse(BreakerList)
    const deps = wireBreaker(await this.openGuard(flags))
    const [now, breakers] = [deps.now(), [...deps.breakers.read().values()]]
    this.print(breakers.length === 0 ? 'no breakers yet' : renderBreakers(breakers, now))
    return {breakers: breakers.map((breaker) => breakerToJson(breaker, now))}
  }
}
