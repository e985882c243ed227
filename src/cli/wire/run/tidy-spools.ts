import {openRuns} from '../../../domain/run/job-runs.js'
import {mostUnreadBytes} from '../../../system/output/job-output.js'
import type {Guard} from '../../guard.js'
import {printWarning} from '../../output/stderr.js'

/** Removes what killed guards have left in the spool folder. Loaded late: few runs follow a killed one. */
export async function tidySpoolsOf(guard: Guard, closed: readonly string[]): Promise<void> {
  const {cutAbandoned, tidySpools} = await import('../../../system/output/tidy-spools.js')
  const open = openRuns(guard.runs().read()).map(({id}) => id)
  tidySpools({spoolDir: guard.spoolDir, closed, open, now: guard.clock.now(), warn: printWarning})
  cutAbandoned([guard.spoolDir, guard.logDir], mostUnreadBytes(guard.settings.logs))
}
