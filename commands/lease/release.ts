import {string} from '@oclif/core/flags'
import {LeaseCommand, leaseArgs} from '../../src/cli/lease-command.js'
import {renderLease} from '../../src/cli/render/lease.js'
import {releaseLease} from '../../src/usecases/lease/lease.js'

export default class LeaseRelease extends LeaseCommand {
  static override summary = 'Give a lease back and say how the work ended, or fail with 77 once another holder has it'
  static override examples = [
    '<%= config.bin %> <%= command.id %> nightly-backup --token 7',
    '<%= config.bin %> <%= command.id %> nightly-backup --token 7 --status error --detail "disk full"',
  ]

  static override args = leaseArgs

  static override flags = {
    ...LeaseCommand.flags,
    status: string({summary: 'how the work ended', options: ['ok', 'error'], default: 'ok'}),
    detail: string({summary: 'more about how it ended', helpValue: 'TEXT'}),
  }

  async run(): Promise<object> {
    const {args, flags} = await this.parse(LeaseRelease)
    const {token, detail} = flags
    const status = flags.status === 'error' ? 'error' : 'ok'
    const lease = await this.withLeases(args.name, flags, (deps, job) =>
      releaseLease(deps, {job, token, status, detail}),
    )
    this.print(renderLease(lease))
    return lease
  }
}
