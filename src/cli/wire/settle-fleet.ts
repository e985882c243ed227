import {unsettledClaims} from '../../domain/fleet/known.js'
import {GuardError} from '../../errors.js'
import {fleetStream} from '../../journal/failure-streams.js'
import {settleGivenUp} from '../../usecases/fleet/settle-given-up.js'
import type {Guard} from '../guard.js'
import {printWarning, warnOnce} from '../stderr.js'
import {wireFleet} from './fleet.js'

/** What a round of the watchdog does about the fleet: it asks the store only if a claim was given up without an answer. */
export async function settleFleet(guard: Guard): Promise<void> {
  const known = guard.journal(fleetStream)
  if (!guard.settings.fleet || unsettledClaims(known.read(), guard.clock.now()).length === 0) return
  try {
    const warn = warnOnce(printWarning)
    const deps = await wireFleet(guard, {usable: true, warn, machineLease: () => undefined})
    await settleGivenUp({...deps, known, runs: guard.runs(), log: guard.log})
  } catch (error) {
    // The runs tell of an address that is wrong.
    if (!(error instanceof GuardError && error.kind === 'config')) throw error
  }
}
