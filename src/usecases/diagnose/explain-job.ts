import type {Breakers} from '../../domain/breaker/breaker.js'
import {isUnstarted, type Story, troubleSince, whyJob} from '../../domain/diagnose/why.js'
import type {RawRecord} from '../../domain/journal/record.js'
import {type InferredEnd, withInferredEnd} from '../../domain/run/interrupted-run.js'
import type {Run} from '../../domain/run/run.js'
import {settingsOfJob} from '../../domain/settings/settings.js'
import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'
import type {JobStarters} from '../crontab/job-starters.js'
import {orphanedJob} from '../history/lease-holder.js'
import {readHistory} from '../history/read-history.js'
import {inferEnds} from '../run/open-runs.js'
import type {RoundPlan} from '../watchdog/evaluate-jobs.js'
import {jobStatuses, type StatusDeps} from './job-statuses.js'

type Records = Pick<Journal<never>, 'newestFirst'>

export interface ExplainDeps extends StatusDeps {
  readonly breakers: Pick<Journal<Breakers>, 'read'>
  readonly journals: {
    readonly runs: Records
    readonly incidents: Records
    readonly deliveries: Records
    readonly breakers: Records
    readonly leases: Records
  }
  readonly startersOf: (job: string) => Promise<JobStarters>
}

/** Why a job is as it is. @param runId a run to tell of instead of the last one */
export async function explainJob(deps: ExplainDeps, plan: RoundPlan, {job, runId}: Asked): Promise<Story> {
  const {jobs} = await jobStatuses(deps, plan, (name) => name === job)
  const [status] = jobs
  if (!status) throw new GuardError('usage', `no job ${JSON.stringify(job)} is known`)
  const {journals} = deps
  const settings = settingsOfJob(deps.settings, job)
  const target = settings.breaker?.target
  const ends = await inferEnds(deps, (name) => name === job)
  const {run, skips} = runRecords(journals.runs, job, runId)
  const incidents = incidentRecords(journals.incidents, job)
  return whyJob({
    status,
    settings,
    now: deps.readClock(),
    run,
    runEnd: ends.get(`${run[0]?.['run']}`),
    orphan: await orphanedJob(deps.livingProcessOf, deps.leases.read().byJob.get(job)),
    skips,
    incidents,
    deliveries: recordsSince(journals.deliveries, troubleSince({incidents, run})),
    breaker:
      target === undefined
        ? undefined
        : {target, state: deps.breakers.read().get(target), records: openingRecords(journals.breakers, target)},
    lease: status.verdict === 'stalled' || status.verdict === 'hung' ? leaseRecords(journals.leases, job) : [],
    lastGoodAt: deps.runs.read().get(job)?.lastGoodAt,
    history: status.state === 'healthy' ? [] : rememberedOf(journals.runs, job, ends),
    starters: isUnstarted(status) ? await deps.startersOf(job) : undefined,
    tellAfterMs: plan.policy.escalateAfterMs,
  })
}

interface Asked {
  readonly job: string
  readonly runId: string | undefined
}

/** As many as `guard status` counts. */
const rememberedRuns = 40

function rememberedOf(runs: Records, job: string, ends: ReadonlyMap<string, InferredEnd>): readonly Run[] {
  return readHistory({runs}, job, rememberedRuns).map((run) => withInferredEnd(run, ends.get(run.id)))
}

/** More skipped runs than that say nothing new. */
const shownSkips = 5

/** The records of the run that is asked for, and of the runs that were skipped after it. */
function runRecords(runs: Records, job: string, runId: string | undefined) {
  const run: RawRecord[] = []
  const skips: RawRecord[] = []
  for (const record of runs.newestFirst()) {
    // Some records are of the job and of no run, such as those of its budget.
    if (record['job'] !== job || record['run'] === undefined) continue
    const id = run[0]?.['run'] ?? runId
    const isAsked = id === undefined || record['run'] === id
    if (record['kind'] === 'skipped' && run.length === 0 && record['run'] !== runId) {
      if (runId === undefined && skips.length < shownSkips) skips.push(record)
    } else if (isAsked) {
      run.push(record)
      if (record['kind'] === 'started' || record['kind'] === 'skipped') break
    }
  }
  return {run, skips}
}

/** Of the incident that is open, or of the last one. */
function incidentRecords(incidents: Records, job: string): readonly RawRecord[] {
  const found: RawRecord[] = []
  for (const record of incidents.newestFirst()) {
    if (record['job'] !== job) continue
    found.push(record)
    if (record['kind'] === 'opened') return found
  }
  return []
}

function recordsSince(journal: Records, sinceMs: number): readonly RawRecord[] {
  const found: RawRecord[] = []
  for (const record of journal.newestFirst()) {
    if (Number(record['at']) < sinceMs) break
    found.push(record)
  }
  return found
}

/** Since the breaker was closed last. */
function openingRecords(breakers: Records, target: string): readonly RawRecord[] {
  const found: RawRecord[] = []
  for (const record of breakers.newestFirst()) {
    if (record['target'] !== target) continue
    if (record['kind'] === 'closed') break
    found.push(record)
  }
  return found
}

/** The last renewal says as much as all of them. */
function leaseRecords(leases: Records, job: string): readonly RawRecord[] {
  const found: RawRecord[] = []
  for (const record of leases.newestFirst()) {
    if (record['job'] !== job) continue
    if (record['kind'] !== 'renewed' || !found.some(({kind}) => kind === 'renewed')) found.push(record)
    if (record['kind'] === 'claimed') break
  }
  return found
}
