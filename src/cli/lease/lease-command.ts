import type {FleetLease, FleetTicket} from '../../domain/fleet/lease.js'
import type {FleetLeaseReport} from '../../domain/fleet/report.js'
import type {Lease} from '../../domain/lease/lease.js'
import {type LeaseReport, reportLease} from '../../domain/lease/report.js'
import {settingsOfJob} from '../../domain/settings/settings.js'
import type {FleetDeps} from '../../usecases/fleet/fleet-deps.js'
import type {LeaseDeps} from '../../usecases/lease/lease.js'
import {checkedName} from '../checked-name.js'
import type {Arguments, Call} from '../command/definition.js'
import type {Flags} from '../command/flag.js'
import type {Guard} from '../guard.js'
import {wireLease} from '../wire/lease.js'
import {compactJournals} from './compact-journals.js'

export const leaseArgs = {name: {required: true, summary: 'name of the job'}} as const satisfies Arguments

/** What a holder has: the token that it was given. */
export const leaseFlags = {
  token: {type: 'integer', summary: 'the number that `lease acquire` printed', helpValue: 'N', required: true, min: 1},
} as const satisfies Flags

/** Whose leases are meant: those of this machine, or of the fleet. */
export const scopeFlag = {
  scope: {
    type: 'text',
    summary: 'leases of this machine, or of the fleet',
    settingsDefault: 'the scope of the job',
    choices: ['machine', 'fleet'],
  },
} as const satisfies Flags

/** Whether a command is about the lease of the fleet. */
export function isOfFleet({settings}: Guard, job: string, scope: 'machine' | 'fleet' | undefined): boolean {
  return (scope ?? settingsOfJob(settings, job).scope) === 'fleet'
}

interface HolderWork {
  readonly machine: (deps: LeaseDeps, ticket: FleetTicket, guard: Guard) => Lease
  readonly fleet: (deps: FleetDeps, ticket: FleetTicket, guard: Guard) => Promise<FleetLease>
}

type HolderCall = Call<typeof leaseFlags & typeof scopeFlag, typeof leaseArgs>

/** Does what a holder asks for with the lease of the job that it names. Rejects with GuardError `usage` and what the work throws. */
export async function withLeases(
  {args, flags, openGuard}: Pick<HolderCall, 'args' | 'flags' | 'openGuard'>,
  {machine, fleet}: HolderWork,
): Promise<LeaseReport | FleetLeaseReport> {
  const job = checkedName(args.name)
  const ticket = {job, token: flags.token}
  const guard = await openGuard()
  guard.ensureState()
  if (isOfFleet(guard, job, flags.scope)) {
    // Loaded late: few jobs are of a fleet.
    const {withFleet} = await import('./fleet-lease.js')
    return withFleet(guard, (deps) => fleet(deps, ticket, guard))
  }
  const deps = wireLease(guard)
  const lease = machine(deps, ticket, guard)
  compactJournals(deps.leases)
  return reportLease(lease, {...deps.here, at: guard.clock.now(), mono: guard.clock.mono()})
}
