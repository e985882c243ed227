import {defineCommand} from '../../src/cli/command/definition.js'
import {leaseArgs, leaseFlags, withLeases} from '../../src/cli/lease-command.js'
import {renderLease} from '../../src/cli/render/lease.js'
import {renewLease} from '../../src/usecases/lease/held-lease.js'

export default defineCommand({
  summary: 'Keep a lease for another ttl; fail with 77 once another holder has it',
  examples: ['guard lease renew nightly-backup --token 7'],
  args: leaseArgs,
  flags: leaseFlags,
  async run(call) {
    const lease = await withLeases(call, (deps, job) => renewLease(deps, {job, token: call.flags.token}))
    call.show(renderLease, lease)
    return lease
  },
})
