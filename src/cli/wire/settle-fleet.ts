import {GuardError} from '../../errors.js'
import {fleetStream} from '../../journal/failure-streams.js'
import {readBootRef} from '../../system/host/host.js'
import {livingProcessOf} from '../../system/process/holder-liveness.js'
import {findUnsettled, settleOpenClaims} from '../../usecases/fleet/settle-open-claims.js'
import type {FindLivingProcess} from '../../usecases/history/lease-holder.js'
import type {Guard} from '../guard.js'
import {printWarning, warnOnce} from '../stderr.js'
import {wireFleet} from './fleet.js'

/** What a round of the watchdog does about the fleet: it asks the store only if the end of a claim is not on record. */
export async function settleFleet(guard: Guard): Promise<void> {
  if (!guard.settings.fleet) return
  const [known, runs, here] = [guard.journal(fleetStream), guard.runs(), readBootRef()]
  const find: FindLivingProcess = (holder) => livingProcessOf(holder, here)
  const unsettled = await findUnsettled({known, runs, clock: guard.clock, livingProcessOf: find})
  if (unsettled.length === 0) return
  try {
    const warn = warnOnce(printWarning)
    const deps = await wireFleet(guard, {usable: true, warn, machineLease: () => undefined})
    await settleOpenClaims({...deps, known, runs, log: guard.log}, unsettled)
  } catch (error) {
    // The runs tell of an address that is wrong.
    if (!(error instanceof GuardError && error.kind === 'config')) throw error
  }
}
