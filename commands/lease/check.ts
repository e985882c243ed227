import {LeaseCommand, leaseArgs} from '../../src/cli/lease-command.js'
import {renderLease} from '../../src/cli/render/lease.js'
import {checkLease} from '../../src/usecases/lease/lease.js'

export default class LeaseCheck extends LeaseCommand {
  static override summary =
    'Exit 0 while the token is still the holder’s, 77 once the lease has expired or is another’s'
  static override examples = ['<%= config.bin %> <%= command.id %> nightly-backup --token 7 && ./upload.sh']

  static override args = leaseArgs

  async run(): Promise<object> {
    const {args, flags} = await this.parse(LeaseCheck)
    const lease = await this.withLeases(args.name, flags, (deps, job) => checkLease(deps, {job, token: flags.token}))
    this.print(renderLease(lease))
    return lease
  }
}
