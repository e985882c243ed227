import {expect, test} from 'vitest'
import {emptyUptime, withSample} from '../../../src/domain/clock/uptime.js'
import {type Incidents, incidentFold, type JobHistory, newHistory} from '../../../src/domain/incident/incident.js'
import type {Fold} from '../../../src/domain/journal/fold.js'
import {type Lease, type Leases, leaseFold} from '../../../src/domain/lease/lease.js'
import {resetFold} from '../../../src/domain/openclaw/reset-ledger.js'
import {resetRequestFold} from '../../../src/domain/openclaw/reset-request.js'
import {type RunsByJob, runsFold} from '../../../src/domain/run/job-runs.js'
import type {Run} from '../../../src/domain/run/run.js'
import {type WatchedJob, watchKey} from '../../../src/domain/watchdog/watched-job.js'
import {type EvaluateDeps, evaluateJobs} from '../../../src/usecases/watchdog/evaluate-jobs.js'
import {minute} from '../../support/job-facts.js'
import {leaseNow, leaseOf} from '../../support/leases.js'
import {fc} from '../../support/properties.js'
import {judge, policy, scan} from '../../support/watchdog-world.js'

const {at, mono} = leaseNow
const plan = {judge, policy, hasSettings: true, bootGraceMs: 0, unreachableAfterMs: 15 * minute}
const ago = fc.constantFrom(0, 1, 4, 8, 20, 50).map((minutes) => minutes * minute)

/** Most jobs have nothing to be said of. */
const fate = fc.record({
  way: fc.constantFrom('plain', 'plain', 'slots', 'fresh'),
  lease: fc.constantFrom('ended', 'ended', 'ended', 'ended', 'failed', 'held', 'other boot', 'none'),
  claimedAgo: ago,
  history: fc.constantFrom('met', 'met', 'met', 'met otherwise', 'in trouble', 'none'),
  run: fc.constantFrom('none', 'none', 'healthy', 'healthy', 'healthy', 'earlier', 'later', 'failed', 'skipped'),
})
type Fate = typeof fate extends fc.Arbitrary<infer T> ? T : never

const limits = {...scan.limits, freshForMs: undefined}
const ways: Readonly<Record<string, Omit<WatchedJob, 'name'>>> = {
  plain: {...scan, limits, openclawId: undefined},
  slots: {...scan, limits, openclawId: undefined, schedule: '*/10 * * * *'},
  fresh: {...scan, limits: {...limits, freshForMs: 10 * minute}, openclawId: undefined},
}

const jobOf = ({way}: Fate, n: number): WatchedJob => ({...(ways[way] as WatchedJob), name: `job-${n}`})

function leaseFor({lease, claimedAgo}: Fate, n: number): Lease | undefined {
  if (lease === 'none') return undefined
  const claimed = {claimedAt: at - claimedAgo, claimedMono: mono - claimedAgo, seenAt: at - claimedAgo}
  const ends = {expiresAt: at - claimedAgo + minute, expiresMono: mono - claimedAgo + minute}
  const own = {token: n + 1, claimId: `c${n}`, ttlMs: minute, ...claimed, ...ends}
  if (lease === 'held') return leaseOf(`job-${n}`, own)
  const released = {at: at - claimedAgo, status: lease === 'failed' ? 'error' : 'ok'} as const
  return leaseOf(`job-${n}`, {...own, boot: lease === 'other boot' ? 'boot-0' : 'boot-1', released})
}

function historyFor({history}: Fate, job: WatchedJob): JobHistory | undefined {
  if (history === 'none') return undefined
  const met: JobHistory = {...newHistory, watchKey: watchKey(job)}
  if (history === 'met otherwise') return {...met, watchKey: 'other'}
  return history === 'met' ? met : {...met, verdict: 'stalled'}
}

function runFor({run, claimedAgo}: Fate, job: string): Run | undefined {
  if (run === 'none') return undefined
  const startedAt = at - claimedAgo + (run === 'later' ? 2 : run === 'earlier' ? -2 : 0) * minute
  const outcome = run === 'later' || run === 'earlier' ? 'healthy' : run
  return {id: 'r', job, startedAt, endedAt: startedAt, outcome, attempts: 1, recovered: false, steps: []}
}

/** A state as the next process gets it from a snapshot. */
function fromSnapshot<S>(fold: Fold<S>, state: S): S {
  return fold.restore(JSON.parse(JSON.stringify(fold.save(state))))
}

function worldOf(fates: readonly Fate[]) {
  const jobs = fates.map(jobOf)
  const note = {at: at - 90 * minute, mono: mono - 90 * minute, boot: 'boot-1', uptimeMs: mono - 90 * minute}
  const incidents: Incidents = {
    ...incidentFold.empty(),
    uptimes: new Map([[leaseNow.host, withSample(emptyUptime, note)]]),
  }
  const leases: Leases = leaseFold.empty()
  const runs: RunsByJob = runsFold.empty()
  jobs.forEach((job, n) => {
    const history = historyFor(fates[n] as Fate, job)
    if (history) incidents.jobs.set(job.name, history)
    const lease = leaseFor(fates[n] as Fate, n)
    if (lease) leases.byJob.set(job.name, lease)
    const run = runFor(fates[n] as Fate, job.name)
    if (run) runs.set(job.name, {runs: [run]})
  })
  return {jobs, leases, runs, incidents}
}

function depsOf({leases, runs, incidents}: Omit<ReturnType<typeof worldOf>, 'jobs'>): EvaluateDeps {
  return {
    readClock: () => leaseNow,
    leases: {read: () => leases},
    runs: {read: () => runs},
    incidents: {read: () => incidents},
    resetRequests: {read: resetRequestFold.empty},
    resets: {read: resetFold.empty},
    slots: {latest: (_, time) => Math.floor(time / (10 * minute)) * 10 * minute, next: (_, time) => time + minute},
    livingProcessOf: async () => 'unknown',
    isGone: async () => false,
    readOutputs: async () => [],
    checkOpenClaw: async () => undefined,
  }
}

test('every job is reported on, in the order of the settings, and a snapshot of the journals says the same of each', async () => {
  const seen = {healthy: 0, trouble: 0}
  const property = fc.asyncProperty(fc.array(fate, {minLength: 60, maxLength: 120}), async (fates) => {
    const {jobs, leases, runs, incidents} = worldOf(fates)
    const evaluation = await evaluateJobs(depsOf({leases, runs, incidents}), {...plan, jobs})
    const snapshots = {
      leases: fromSnapshot(leaseFold, leases),
      runs: fromSnapshot(runsFold, runs),
      incidents: fromSnapshot(incidentFold, incidents),
    }
    expect(evaluation.reports.map(({job}) => job)).toEqual(jobs)
    expect(await evaluateJobs(depsOf(snapshots), {...plan, jobs})).toEqual(evaluation)
    for (const {verdict} of evaluation.reports) seen[verdict.status === 'failing' ? 'trouble' : 'healthy'] += 1
  })
  await fc.assert(property, {numRuns: 60})
  expect(seen.healthy).toBeGreaterThan(100)
  expect(seen.trouble).toBeGreaterThan(100)
})
