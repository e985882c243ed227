import {readBootRef} from '../../../system/host/host.js'
import {stopOtherRun} from '../../../system/process/stop-other-run.js'
import {type CancelDeps, cancelRun} from '../../../usecases/run/cancel-run.js'
import type {ClaimDeps} from '../../../usecases/run/claim-run.js'
import type {RunContext} from './run-attempt.js'

/** What `overlap: cancel-other` of a run does to the one that is under way. */
export function cancelRunOf({guard, run, lines}: RunContext): ClaimDeps['cancelRun'] {
  const {killAfterMs} = run.settings
  const stop: CancelDeps['stop'] = (lease) => stopOtherRun(lease, {here: readBootRef(), killAfterMs})
  return (lease, byRun) => cancelRun({runs: guard.runs(), warn: lines.say, stop}, lease, byRun)
}
