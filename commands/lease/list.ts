import {defineCommand} from '../../src/cli/command/definition.js'
import {renderLeases} from '../../src/cli/render/lease.js'
import {wireLease} from '../../src/cli/wire/lease.js'
import {listLeases} from '../../src/usecases/lease/acquire-lease.js'

export default defineCommand({
  summary: 'Who holds what, until when, and how the last holders ended',
  examples: ['guard lease list', 'guard lease list --json'],
  async run({print, show, openGuard}) {
    const guard = await openGuard()
    const leases = listLeases(wireLease(guard))
    if (leases.length === 0) print(`no lease is known in ${guard.stateDir}`)
    else show(renderLeases, leases)
    return {leases}
  },
})
