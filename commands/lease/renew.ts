import {LeaseCommand, leaseArgs} from '../../src/cli/lease-command.js'
import {renderLease} from '../../src/cli/render/lease.js'
import {renewLease} from '../../src/usecases/lease/lease.js'

export default class LeaseRenew extends LeaseCommand {
  static override summary = 'Keep a lease for another ttl, or fail with 77 once another holder has it'
  static override examples = ['<%= config.bin %> <%= command.id %> nightly-backup --token 7']

  static override args = leaseArgs

  async run(): Promise<object> {
    const {args, flags} = await this.parse(LeaseRenew)
    const lease = await this.withLeases(args.name, flags, (deps, job) => renewLease(deps, {job, token: flags.token}))
    this.print(renderLease(lease))
    return lease
  }
}
