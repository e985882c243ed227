import {defineCommand} from '../../src/cli/command/definition.js'
import {exitCodesOfLevel} from '../../src/cli/output/exit-codes.js'
import {renderStoreCheck, storeCheckToJson} from '../../src/cli/render/fleet-check.js'
import {wireFleetCheck} from '../../src/cli/wire/fleet/fleet-check.js'
import {overallLevel} from '../../src/domain/diagnose/finding.js'
import {checkStore} from '../../src/usecases/fleet/check-store.js'

export default defineCommand({
  summary: 'Whether this host can use the store of its fleet, and what is missing',
  description:
    'Asks the PostgreSQL of `fleet` in the settings: whether it is reached, and over TLS; schema and rights; how far its ' +
    'clock is away; whether a fail-over or a crash may lose a grant. Changes nothing. Exits with 0 when all is well, 1 when ' +
    'something needs a look, 2 when something is wrong.',
  examples: ['guard fleet check', 'guard fleet check --json'],
  async run({show, openGuard}) {
    const check = await checkStore(wireFleetCheck(await openGuard()))
    process.exitCode = exitCodesOfLevel[overallLevel(check.findings)]
    show(renderStoreCheck, check)
    return storeCheckToJson(check)
  },
})
