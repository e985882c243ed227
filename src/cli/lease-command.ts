import * as Args from '@oclif/core/args'
import {integer} from '@oclif/core/flags'
import type {Lease} from '../domain/lease/lease.js'
import {type LeaseReport, reportLease} from '../domain/lease/report.js'
import type {LeaseDeps} from '../usecases/lease/lease.js'
import {compactJournals} from './compact-journals.js'
import {checkedName, type GlobalFlags, GuardCommand} from './guard-command.js'
import {wireLease} from './wire/lease.js'

/** Each command names it itself, because oclif does not inherit arguments. */
export const leaseArgs = {name: Args.string({required: true, description: 'name of the job'})}

/** What the commands of a holder have in common: the job's name and the token that it was given. */
export abstract class LeaseCommand extends GuardCommand {
  static override flags = {
    token: integer({summary: 'the number that `lease acquire` printed', helpValue: 'N', required: true, min: 1}),
  }

  protected async withLeases(
    name: string,
    flags: GlobalFlags,
    work: (deps: LeaseDeps, job: string) => Lease,
  ): Promise<LeaseReport> {
    const job = checkedName(name)
    const guard = await this.openGuard(flags)
    guard.ensureState()
    const deps = wireLease(guard)
    const lease = work(deps, job)
    compactJournals(deps.leases)
    return reportLease(lease, {...deps.here, at: guard.clock.now(), mono: guard.clock.mono()})
  }
}
