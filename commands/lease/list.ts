import {GuardCommand} from '../../src/cli/guard-command.js'
import {renderLeases} from '../../src/cli/render/lease.js'
import {wireLease} from '../../src/cli/wire/lease.js'
import {listLeases} from '../../src/usecases/lease/lease.js'

export default class LeaseList extends GuardCommand {
  static override summary = 'Who holds what, until when, and how the last holders ended'
  static override examples = ['<%= config.bin %> lease list', '<%= config.bin %> lease list --json']

  async run(): Promise<object> {
    const {flags} = await this.parse(LeaseList)
    const guard = await this.openGuard(flags)
    const leases = listLeases(wireLease(guard))
    this.print(leases.length === 0 ? `no lease is known in ${guard.stateDir}` : renderLeases(leases))
    return {leases}
  }
}
