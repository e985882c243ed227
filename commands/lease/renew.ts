import {defineCommand} from '../../src/cli/command/definition.js'
import {leaseArgs, leaseFlags, scopeFlag, withLeases} from '../../src/cli/lease/lease-command.js'
import {renderLease} from '../../src/cli/render/lease.js'
import {renewLease} from '../../src/usecases/lease/held-lease.js'

export default defineCommand({
  summary: 'Keep a lease for another ttl; fail with 77 once another holder has it',
  examples: ['guard lease renew nightly-backup --token 7'],
  args: leaseArgs,
  flags: {...leaseFlags, ...scopeFlag},
  async run(call) {
    const lease = await withLeases(call, {
      machine: renewLease,
      fleet: async (deps, ticket) =>
        (await import('../../src/usecases/fleet/fleet-lease.js')).renewFleetLease(deps, ticket),
    })
    call.show(renderLease, lease)
    return lease
  },
})
