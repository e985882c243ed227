import {accessSync, constants} from 'node:fs'
import {jobStates} from '../../../domain/diagnose/job-status.js'
import {resetDaemonLease, schedulerLease, watchdogLease} from '../../../domain/watchdog/daemon-heartbeat.js'
import type {Api} from '../../../http/api.js'
import type {MetricFacts} from '../../../http/metrics.js'
import {deliveryStream, incidentStream} from '../../../journal/failure-streams.js'
import {jobStatuses} from '../../../usecases/diagnose/job-statuses.js'
import type {Guard} from '../../guard.js'
import {wireStatus} from '../diagnose/status.js'
import {roundPlan} from '../watchdog.js'

/** Wires what a supervisor and Prometheus ask. */
export function wireMetrics(guardNow: () => Promise<Guard>): Pick<Api, 'metrics' | 'ready'> {
  return {
    metrics: async () => metricsOf(await guardNow()),
    ready: async () => {
      const guard = await guardNow()
      accessSync(guard.stateDir, constants.R_OK | constants.W_OK | constants.X_OK)
      guard.runs().read()
      guard.leases().read()
    },
  }
}

async function metricsOf(guard: Guard): Promise<MetricFacts> {
  const {jobs} = await jobStatuses(wireStatus(guard), roundPlan(guard), () => true)
  const queues = [...guard.journal(deliveryStream).read().channels.values()]
  const sum = (count: (queue: (typeof queues)[number]) => number) =>
    queues.reduce((total, queue) => total + count(queue), 0)
  const leases = guard.leases().read().byJob
  return {
    states: jobStates,
    jobs: jobs.map(({job, state, lastEndedAt, tookMs, lastOutcome}) => ({
      ...{job, state, endedAt: lastEndedAt, durationMs: tookMs, outcome: lastOutcome},
    })),
    incidents: [...guard.journal(incidentStream).read().open.values()],
    outbox: {waiting: sum(({waiting}) => waiting.length), failing: sum(({dead}) => dead.length)},
    daemons: [watchdogLease, resetDaemonLease, schedulerLease].flatMap((name) => {
      const lease = leases.get(name)
      return lease ? [{daemon: name.replace('guard-', ''), seenAt: lease.seenAt}] : []
    }),
  }
}
