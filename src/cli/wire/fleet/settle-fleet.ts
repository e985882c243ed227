import {GuardError} from '../../../errors.js'
import {fleetStream, incidentStream} from '../../../journal/failure-streams.js'
import {readBootRef} from '../../../system/host/host.js'
import {livingProcessOf} from '../../../system/process/holder-liveness.js'
import {learnGoodRuns} from '../../../usecases/fleet/learn-good-runs.js'
import {findUnsettled, settleOpenClaims} from '../../../usecases/fleet/settle-open-claims.js'
import type {FindLivingProcess} from '../../../usecases/history/lease-holder.js'
import type {Guard} from '../../guard.js'
import {printWarning, warnOnce} from '../../output/stderr.js'
import {wireFleet} from './fleet.js'

/**
 * What a round of the watchdog does about the fleet. It asks the store only if the end of a claim is not on record, or if a
 * job of the fleet is in trouble here, which a run of another host may have ended.
 */
export async function settleFleet(guard: Guard): Promise<void> {
  if (!guard.settings.fleet) return
  const [known, runs, here] = [guard.journal(fleetStream), guard.runs(), readBootRef()]
  const find: FindLivingProcess = (holder) => livingProcessOf(holder, here)
  const unsettled = await findUnsettled({known, runs, clock: guard.clock, livingProcessOf: find})
  const troubled = jobsInTrouble(guard)
  if (unsettled.length + troubled.length === 0) return
  try {
    const warn = warnOnce(printWarning)
    const deps = await wireFleet(guard, {usable: true, warn, machineLease: () => undefined})
    await settleOpenClaims({...deps, known, runs, log: guard.log}, unsettled)
    await learnGoodRuns({...deps, runs}, troubled)
  } catch (error) {
    // The runs tell of an address that is wrong.
    if (!(error instanceof GuardError && error.kind === 'config')) throw error
  }
}

function jobsInTrouble({settings, journal}: Guard): readonly string[] {
  const {open} = journal(incidentStream).read()
  return [...open.keys()].filter((job) => settings.jobs[job]?.scope === 'fleet')
}
