import {defineCommand} from '../../src/cli/command/definition.js'
import {renderLeases} from '../../src/cli/render/lease.js'
import {wireLease} from '../../src/cli/wire/lease.js'
import {listLeases} from '../../src/usecases/lease/acquire-lease.js'

export default defineCommand({
  summary: 'Who holds what, until when, and how the last holders ended',
  examples: ['guard lease list', 'guard lease list --json'],
  async run({print, page, openGuard}) {
    const guard = await openGuard()
    const leases = listLeases(wireLease(guard))
    print(leases.length === 0 ? `no lease is known in ${guard.stateDir}` : renderLeases(page(), leases))
    return {leases}
  },
})
