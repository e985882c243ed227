import {checkedName} from '../../src/cli/checked-name.js'
import {defineCommand} from '../../src/cli/command/definition.js'
import {isOfFleet, leaseArgs, scopeFlag} from '../../src/cli/lease/lease-command.js'
import {renderLease} from '../../src/cli/render/lease.js'
import {wireLease} from '../../src/cli/wire/lease.js'
import {listLeases} from '../../src/usecases/lease/acquire-lease.js'

export default defineCommand({
  summary: 'All that is known of one lease',
  examples: ['guard lease show nightly-backup'],
  args: leaseArgs,
  flags: scopeFlag,
  async run({args, flags, print, show, openGuard}) {
    const job = checkedName(args.name)
    const guard = await openGuard()
    if (isOfFleet(guard, job, flags.scope)) {
      // Loaded late: few jobs are of a fleet.
      const {leasesOfFleet} = await import('../../src/cli/lease/fleet-lease.js')
      const found = (await leasesOfFleet(guard)).find((known) => known.job === job)
      if (found) show(renderLease, found)
      else print(`no lease of ${job} is known in the fleet`)
      return found ?? {job, scope: 'fleet', state: 'none'}
    }
    const lease = (await listLeases(wireLease(guard))).find((known) => known.job === job)
    if (lease) show(renderLease, lease)
    else print(`no lease of ${job} is known in ${guard.stateDir}`)
    return lease ?? {job, state: 'none'}
  },
})
