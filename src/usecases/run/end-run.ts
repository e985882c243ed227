import type {LeaseStatus} from '../../domain/lease/lease.js'
import {isCutShort} from '../../domain/run/outcome.js'
import type {RunReport} from '../../domain/run/report.js'
import type {Clock} from '../../system/host/clock.js'
import type {JobOutput} from '../../system/output/job-output.js'
import type {CaughtSignals} from '../../system/process/catch-signals.js'
import type {RunLease} from './claim-run.js'
import type {UnrecordedEnd} from './record-end.js'
import type {RunRecorder} from './run-records.js'
import type {FinishedRun, RunRequest} from './run-request.js'
import {missing, spared} from './spared.js'

interface EndRunDeps {
  readonly clock: Clock
  readonly warn: (text: string) => void
  readonly log: (text: string) => void
}

export interface RunParts {
  readonly lease: RunLease | undefined
  readonly output: JobOutput | undefined
  readonly records: RunRecorder
}

interface EndedParts extends RunParts {
  readonly end: FinishedRun
  readonly signals: CaughtSignals
  readonly startedAt: number
  readonly begunAt: number
  /** How the lease before its own was given back; undefined if there was none. */
  readonly former: LeaseStatus | undefined
}

/** Records the end, gives the lease back, and says how the run has ended. */
export async function endRun(deps: EndRunDeps, {job, runId}: RunRequest, parts: EndedParts): Promise<RunReport> {
  const {end, lease, output, records, startedAt, begunAt, former} = parts
  const {attempts, recovered, cancelledBy, notRetried} = end
  const {
    result,
    retryAfter: _,
    hasSurvivors: __,
    ...ended
  } = {...end.attempt, ...(end.class !== undefined && {class: end.class})}
  const cancelled = cancelledBy !== undefined && {cancelledBy}
  const endedAt = deps.clock.now()
  const durationMs = Math.round(deps.clock.mono() - begunAt)
  const fenced = spared(deps, () => lease?.isFenced()) ? true : undefined
  const log = spared(deps, () => output?.range())
  const facts = {...ended, metrics: result?.metrics, durationMs, attempts, recovered, notRetried, fenced, log}
  if (!(await isRecorded(deps, {job, records, facts}, parts.signals))) lease?.setUnclosed(true, {run: runId, ...facts})
  spared(deps, () => lease?.release(statusOf({...ended, ...cancelled}, former), ended.outcome))
  const note = recovered ? ', recovered' : ''
  const said = `${job} ended ${ended.outcome}${note}, exit code ${ended.exitCode}, in ${durationMs} ms, run ${runId}`
  spared(deps, () => deps.log(said))
  const token = lease?.token !== undefined && {token: lease.token}
  return {job, runId, ...ended, startedAt, endedAt, durationMs, attempts, recovered, ...cancelled, ...token}
}

/** The next run asks by it whether there is an end of trouble to tell, so that a run which proves nothing leaves it as it was. */
function statusOf(end: Pick<RunReport, 'outcome' | 'class' | 'cancelledBy'>, former: LeaseStatus = 'ok'): LeaseStatus {
  if (end.outcome === 'skipped' || isCutShort(end)) return former
  return end.outcome === 'healthy' ? 'ok' : 'error'
}

async function isRecorded(
  deps: EndRunDeps,
  end: Omit<UnrecordedEnd, 'error' | 'signal'>,
  signals: CaughtSignals,
): Promise<boolean> {
  try {
    const error = end.records.ended(end.facts)
    // Loaded late: few disks are full.
    return !error || (await (await import('./record-end.js')).recordEnd(deps, {...end, error, signal: signals.aborted}))
  } catch (error) {
    deps.warn(missing(error))
    return false
  }
}
