import {Gauge, Registry} from 'prom-client'

/** What `/metrics` shows. Times are wall clock, ms. */
export interface MetricFacts {
  readonly jobs: readonly JobMetrics[]
  /** Every state that there is, also without a job in it. */
  readonly states: readonly string[]
  readonly incidents: readonly {readonly level: string}[]
  readonly outbox: {readonly waiting: number; readonly failing: number}
  /** The last heartbeat of each of guard's own daemons that was ever used. */
  readonly daemons: readonly {readonly daemon: string; readonly seenAt: number}[]
}

interface JobMetrics {
  readonly job: string
  readonly state: string
  /** Of the last run that counts. */
  readonly endedAt: number | undefined
  readonly durationMs: number | undefined
  readonly outcome: string | undefined
}

/**
 * The text format of Prometheus. Each job has a fixed number of series, and no value of a run becomes a label but its
 * outcome, of which there are few.
 */
export async function metricsText(
  facts: MetricFacts,
  version: string,
): Promise<{readonly text: string; readonly type: string}> {
  const registry = new Registry()
  const gauge = (name: string, help: string, labelNames: readonly string[] = []) =>
    new Gauge({name: `guard_${name}`, help, labelNames, registers: [registry]})
  gauge('build_info', 'Version of guard.', ['version']).set({version}, 1)
  const jobs = gauge('jobs', 'Jobs in each state.', ['state'])
  for (const state of facts.states) jobs.set({state}, facts.jobs.filter((job) => job.state === state).length)
  setJobs(facts.jobs, gauge)
  const incidents = gauge('incidents_open', 'Open incidents by level.', ['level'])
  for (const level of ['CRITICAL', 'WARNING'])
    incidents.set({level}, facts.incidents.filter((one) => one.level === level).length)
  const outbox = gauge('outbox_messages', 'Messages that wait, and those that were given up.', ['state'])
  outbox.set({state: 'waiting'}, facts.outbox.waiting)
  outbox.set({state: 'failing'}, facts.outbox.failing)
  const daemons = gauge('daemon_heartbeat_timestamp_seconds', "Last heartbeat of guard's own daemons.", ['daemon'])
  for (const {daemon, seenAt} of facts.daemons) daemons.set({daemon}, seenAt / 1000)
  return {text: await registry.metrics(), type: registry.contentType}
}

type NewGauge = (name: string, help: string, labelNames?: readonly string[]) => Gauge

function setJobs(jobs: readonly JobMetrics[], gauge: NewGauge): void {
  const state = gauge('job_state', '1 for the state that the job is in.', ['job', 'state'])
  const ended = gauge('job_last_run_end_timestamp_seconds', 'When the last run ended.', ['job'])
  const took = gauge('job_last_run_duration_seconds', 'How long the last run took.', ['job'])
  const outcome = gauge('job_last_run_outcome', '1 for the outcome of the last run.', ['job', 'outcome'])
  for (const one of jobs) {
    const {job} = one
    state.set({job, state: one.state}, 1)
    if (one.endedAt !== undefined) ended.set({job}, one.endedAt / 1000)
    if (one.durationMs !== undefined) took.set({job}, one.durationMs / 1000)
    if (one.outcome !== undefined) outcome.set({job, outcome: one.outcome}, 1)
  }
}
