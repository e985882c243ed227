import type {Lease} from '../domain/lease/lease.js'
import {type LeaseReport, reportLease} from '../domain/lease/report.js'
import type {LeaseDeps} from '../usecases/lease/lease.js'
import {checkedName} from './checked-name.js'
import type {Arguments, Call} from './command/definition.js'
import type {Flags} from './command/flag.js'
import {compactJournals} from './compact-journals.js'
import type {Guard} from './guard.js'
import {wireLease} from './wire/lease.js'

export const leaseArgs = {name: {required: true, summary: 'name of the job'}} as const satisfies Arguments

/** What a holder has: the token that it was given. */
export const leaseFlags = {
  token: {type: 'integer', summary: 'the number that `lease acquire` printed', helpValue: 'N', required: true, min: 1},
} as const satisfies Flags

/** Does what a holder asks for with the lease of the job that it names. Throws GuardError `usage` and what the work throws. */
export async function withLeases(
  {args, openGuard}: Pick<Call<typeof leaseFlags, typeof leaseArgs>, 'args' | 'openGuard'>,
  work: (deps: LeaseDeps, job: string, guard: Guard) => Lease,
): Promise<LeaseReport> {
  const job = checkedName(args.name)
  const guard = await openGuard()
  guard.ensureState()
  const deps = wireLease(guard)
  const lease = work(deps, job, guard)
  compactJournals(deps.leases)
  return reportLease(lease, {...deps.here, at: guard.clock.now(), mono: guard.clock.mono()})
}
