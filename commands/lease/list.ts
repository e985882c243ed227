import {defineCommand} from '../../src/cli/command/definition.js'
import {scopeFlag} from '../../src/cli/lease/lease-command.js'
import {renderLeases} from '../../src/cli/render/lease.js'
import {wireLease} from '../../src/cli/wire/lease.js'
import {listLeases} from '../../src/usecases/lease/acquire-lease.js'

export default defineCommand({
  summary: 'Who holds what, until when, and how the last holders ended',
  examples: ['guard lease list', 'guard lease list --json', 'guard lease list --scope fleet'],
  flags: {scope: {...scopeFlag.scope, settingsDefault: 'machine'}},
  async run({flags, print, show, openGuard}) {
    const guard = await openGuard()
    if (flags.scope === 'fleet') {
      // Loaded late: few jobs are of a fleet.
      const {leasesOfFleet} = await import('../../src/cli/lease/fleet-lease.js')
      const leases = await leasesOfFleet(guard)
      if (leases.length === 0) print('no lease is known in the fleet')
      else show(renderLeases, leases)
      return {leases}
    }
    const leases = await listLeases(wireLease(guard))
    if (leases.length === 0) print(`no lease is known in ${guard.stateDir}`)
    else show(renderLeases, leases)
    return {leases}
  },
})
