import {defineCommand} from '../../src/cli/command/definition.js'
import {leaseArgs, leaseFlags, scopeFlag, withLeases} from '../../src/cli/lease/lease-command.js'
import {renderLease} from '../../src/cli/render/lease.js'
import {checkLease} from '../../src/usecases/lease/held-lease.js'

export default defineCommand({
  summary: 'Exit 0 while the token still holds the lease, 77 once it does not',
  examples: ['guard lease check nightly-backup --token 7 && ./upload.sh'],
  args: leaseArgs,
  flags: {...leaseFlags, ...scopeFlag},
  async run(call) {
    const lease = await withLeases(call, {
      machine: checkLease,
      fleet: async (deps, ticket) =>
        (await import('../../src/usecases/fleet/fleet-lease.js')).checkFleetLease(deps, ticket),
    })
    call.show(renderLease, lease)
    return lease
  },
})
