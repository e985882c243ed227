import {defineCommand} from '../../src/cli/command/definition.js'
import type {Guard} from '../../src/cli/guard.js'
import {leaseArgs, leaseFlags, scopeFlag, withLeases} from '../../src/cli/lease/lease-command.js'
import {renderLease} from '../../src/cli/render/lease.js'
import {settingsMask} from '../../src/cli/wire/settings-mask.js'
import {releaseLease} from '../../src/usecases/lease/held-lease.js'

export default defineCommand({
  summary: 'Give a lease back; fail with 77 once another holder has it',
  examples: [
    'guard lease release nightly-backup --token 7',
    'guard lease release nightly-backup --token 7 --status error --detail "disk full"',
  ],
  args: leaseArgs,
  flags: {
    ...leaseFlags,
    ...scopeFlag,
    status: {type: 'text', summary: 'how the work ended', choices: ['ok', 'error'], default: 'ok'},
    detail: {type: 'text', summary: 'more about how it ended', helpValue: 'TEXT'},
  },
  async run(call) {
    const {status, detail} = call.flags
    const masked = (guard: Guard) => ({status, detail: detail === undefined ? undefined : settingsMask(guard)(detail)})
    const lease = await withLeases(call, {
      machine: (deps, ticket, guard) => releaseLease(deps, {...ticket, ...masked(guard)}),
      fleet: async (deps, ticket, guard) =>
        (await import('../../src/usecases/fleet/fleet-lease.js')).releaseFleetLease(deps, ticket, masked(guard)),
    })
    call.show(renderLease, lease)
    return lease
  },
})
