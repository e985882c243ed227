import {integer, string} from '@oclif/core/flags'
import {checkedName, durationFlag, GuardCommand} from '../../src/cli/guard-command.js'
import {leaseArgs} from '../../src/cli/lease-command.js'
import {callerName, leaseWorld, runningProcess, tidyLeases} from '../../src/cli/lease-world.js'
import {reportLease} from '../../src/domain/lease-report.js'
import {acquireLease} from '../../src/usecases/lease.js'

export default class LeaseAcquire extends GuardCommand {
  static override summary = 'Take the lease of a job, or fail with 75 while another holds it; prints the token'
  static override examples = [
    'token=$(<%= config.bin %> <%= command.id %> nightly-backup --ttl 10m --pid $$) || exit',
    '<%= config.bin %> <%= command.id %> nightly-backup --ttl 10m --wait 30s --json',
  ]

  static override args = leaseArgs

  static override flags = {
    ttl: durationFlag({summary: 'how long it lasts unless it is renewed', required: true}),
    holder: string({summary: 'who takes it (default: this host and the calling process)', helpValue: 'ID'}),
    pid: integer({summary: 'a process whose death frees the lease at once', helpValue: 'PID', min: 1}),
    wait: durationFlag({summary: 'how long to wait for a lease that is held'}),
  }

  async run(): Promise<object> {
    const {args, flags} = await this.parse(LeaseAcquire)
    const job = checkedName(args.name)
    const process = flags.pid === undefined ? undefined : runningProcess(flags.pid)
    const guard = await this.openGuard(flags)
    guard.ensureState()
    const world = leaseWorld(guard)
    const holder = flags.holder ?? callerName()
    const lease = await acquireLease(world, {job, holder, ttlMs: flags.ttl, process, waitMs: flags.wait ?? 0})
    this.print(`${lease.token}`)
    tidyLeases(world.leases)
    return reportLease(lease, {...world.here, at: lease.seenAt, mono: guard.clock.mono()})
  }
}
