import {checkedName, GuardCommand} from '../../src/cli/guard-command.js'
import {leaseArgs} from '../../src/cli/lease-command.js'
import {renderLease} from '../../src/cli/render/lease.js'
import {wireLease} from '../../src/cli/wire/lease.js'
import {listLeases} from '../../src/usecases/lease/lease.js'

export default class LeaseShow extends GuardCommand {
  static override summary = 'All that is known of one lease'
  static override examples = ['<%= config.bin %> lease show nightly-backup']

  static override args = leaseArgs

  async run(): Promise<object> {
    const {args, flags} = await this.parse(LeaseShow)
    const job = checkedName(args.name)
    const guard = await this.openGuard(flags)
    const lease = listLeases(wireLease(guard)).find((known) => known.job === job)
    this.print(lease ? renderLease(lease) : `no lease of ${job} is known in ${guard.stateDir}`)
    return lease ?? {job, state: 'none'}
  }
}
