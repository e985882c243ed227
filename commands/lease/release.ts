import {defineCommand} from '../../src/cli/command/definition.js'
import {leaseArgs, leaseFlags, withLeases} from '../../src/cli/lease-command.js'
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
    status: {type: 'text', summary: 'how the work ended', choices: ['ok', 'error'], default: 'ok'},
    detail: {type: 'text', summary: 'more about how it ended', helpValue: 'TEXT'},
  },
  async run(call) {
    const {token, status, detail} = call.flags
    const lease = await withLeases(call, (deps, job, guard) => {
      const said = detail === undefined ? undefined : settingsMask(guard)(detail)
      return releaseLease(deps, {job, token, status, detail: said})
    })
    call.show(renderLease, lease)
    return lease
  },
})
