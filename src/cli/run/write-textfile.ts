import {isCutShort} from '../../domain/run/outcome.js'
import type {RunReport} from '../../domain/run/report.js'
import {textfileOf} from '../../domain/run/textfile.js'
import {GuardError} from '../../errors.js'
import {writePublicFile} from '../../system/host/public-file.js'
import {sayOnce} from '../../usecases/alert/say-once.js'
import type {Guard} from '../guard.js'
import {printWarning} from '../output/stderr.js'
import {wireSayOnce} from '../wire/say-once.js'

/**
 * Writes the figures of a run for node_exporter; one that was cut short says nothing of its job, as in `/metrics`. The run is
 * over: that they cannot be written is said once, and no more.
 *
 * @returns whether this run has raised that alert
 */
export function writeTextfile(guard: Guard, folder: string, report: RunReport): boolean {
  if (isCutShort(report)) return false
  const path = `${folder}/guard_${report.job}.prom`
  try {
    writePublicFile(path, textfileOf(report, lastGoodAt(guard, report.job)), report.runId)
    return false
  } catch (error) {
    const {syscall, code} = error as NodeJS.ErrnoException
    if (syscall === undefined) throw error
    const message = `the metrics of the runs are not written to ${folder} (${code})`
    const isNews = sayOnce(wireSayOnce(guard), {component: 'run', message, reason: `textfile ${folder}`})
    if (isNews) printWarning(message)
    return isNews
  }
}

/** @returns undefined if no journal says so */
function lastGoodAt(guard: Guard, job: string): number | undefined {
  try {
    return guard.runs().read().get(job)?.lastGoodAt
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    return undefined
  }
}
