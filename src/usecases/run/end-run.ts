import {isCutShort, isHealthy} from '../../domain/run/outcome.js'
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

type EndedParts = RunParts & {end: FinishedRun; signals: CaughtSignals; startedAt: number; begunAt: number}

/** Records the end, gives the lease back, and says how the run has ended. */
export async function endRun(deps: EndRunDeps, {job, runId}: RunRequest, parts: EndedParts): Promise<RunReport> {
  const {end, lease, output, records, startedAt, begunAt} = parts
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
  spared(deps, () =>
    lease?.release(isHealthy(end.attempt) || isCutShort({...ended, ...cancelled}) ? 'ok' : 'error', ended.outcome),
  )
  const note = recovered ? ', recovered' : ''
  const said = `${job} ended ${ended.outcome}${note}, exit code ${ended.exitCode}, in ${durationMs} ms, run ${runId}`
  spared(deps, () => deps.log(said))
  const token = lease?.token !== undefined && {token: lease.token}
  return {job, runId, ...ended, startedAt, endedAt, durationMs, attempts, recovered, ...cancelled, ...token}
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
