import fc from 'fast-check'
import {expect, test} from 'vitest'
import {type Incidents, incidentFold, type JobHistory} from '../../src/domain/incident.js'
import type {Lease, Leases} from '../../src/domain/lease.js'
import {bulkLeaseFold} from '../../src/domain/lease-bulk.js'
import {LeaseRows} from '../../src/domain/lease-rows.js'
import {resetFold} from '../../src/domain/reset.js'
import {resetRequestFold} from '../../src/domain/reset-request.js'
import type {Run, RunBook} from '../../src/domain/run.js'
import {columnRunFold} from '../../src/domain/run-columns.js'
import {RunRows} from '../../src/domain/run-rows.js'
import {emptyTimeline, withNote} from '../../src/domain/timeline.js'
import {gatherJobs, type WatchedJob, watchedAs} from '../../src/domain/watched-job.js'
import {type SurveyDeps, surveyJobs} from '../../src/usecases/survey-jobs.js'
import {minute} from '../support/job-facts.js'
import {leaseNow, leaseOf} from '../support/leases.js'
import {policy, scan} from '../support/watchdog-world.js'

const {at, mono} = leaseNow
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

function historyFor({history}: Fate, job: WatchedJob, met: JobHistory): JobHistory | undefined {
  if (history === 'none') return undefined
  if (history === 'met otherwise') return {...met, watchedAs: 'other'}
  return history === 'met' ? met : {...met, watchedAs: watchedAs(job), verdict: 'stalled'}
}

function runFor({run, claimedAgo}: Fate, job: string): Run | undefined {
  if (run === 'none') return undefined
  const startedAt = at - claimedAgo + (run === 'later' ? 2 : run === 'earlier' ? -2 : 0) * minute
  const outcome = run === 'later' || run === 'earlier' ? 'healthy' : run
  return {id: 'r', job, startedAt, endedAt: startedAt, outcome, attempts: 1, recovered: false, steps: []}
}

/** The same as the next process gets it from a snapshot. */
const inRows = (book: RunBook) => columnRunFold.restore(JSON.parse(JSON.stringify(columnRunFold.save(book))))

function worldOf(fates: readonly Fate[], leases: Leases): SurveyDeps {
  const jobs = fates.map(jobOf)
  const note = {at: at - 90 * minute, mono: mono - 90 * minute, boot: 'boot-1', awake: mono - 90 * minute}
  const incidents: Incidents = {...incidentFold.empty(), timeline: withNote(emptyTimeline, note)}
  const mets = new Map<string, JobHistory>()
  const book: RunBook = new Map()
  jobs.forEach((job, n) => {
    const as = watchedAs(job)
    const met = mets.get(as) ?? {watchedAs: as, watchedAwake: 0, verdict: 'healthy', incident: undefined}
    mets.set(as, met)
    const history = historyFor(fates[n] as Fate, job, met)
    if (history) incidents.jobs.set(job.name, history)
    const run = runFor(fates[n] as Fate, job.name)
    if (run) book.set(job.name, {runs: [run]})
  })
  const runs = leases.byJob instanceof LeaseRows ? inRows(book) : book
  return {
    moment: () => leaseNow,
    leases: {read: () => leases},
    runs: {read: () => runs},
    incidents: {read: () => incidents},
    resetRequests: {read: resetRequestFold.empty},
    resets: {read: resetFold.empty},
    slots: {latest: (_, time) => Math.floor(time / (10 * minute)) * 10 * minute},
    readOutputs: async () => [],
    sightOpenClaw: async () => new Map(),
  }
}

test('who passes by healthy jobs sees what one sees who looks at each, in whatever form leases and runs come', async () => {
  const passed = {quiet: 0, met: 0, seen: 0, rows: 0}
  const fleet = fc.tuple(fc.array(fate, {minLength: 200, maxLength: 240}), fc.boolean())
  const property = fc.asyncProperty(fleet, async ([all, hasRuns]) => {
    const fates = hasRuns ? all : all.map((one): Fate => ({...one, run: 'none'}))
    const known = fates.map(leaseFor).filter((lease) => lease !== undefined)
    const objects = {grants: 200, byJob: new Map(known.map((lease) => [lease.job, lease]))}
    const rows = bulkLeaseFold.restore(JSON.parse(JSON.stringify(bulkLeaseFold.save(objects))))
    fc.pre(rows.byJob instanceof LeaseRows)
    const plan = {jobs: gatherJobs(fates.map(jobOf)), policy}

    const whole = await surveyJobs(worldOf(fates, objects), {...plan, reports: 'all'})
    const brief = await surveyJobs(worldOf(fates, rows), {...plan, reports: 'notable'})
    const fromObjects = await surveyJobs(worldOf(fates, objects), {...plan, reports: 'notable'})
    const names = ({reports}: typeof brief) => reports.map(({job}) => job.name)
    expect([names(brief), [...brief.met]]).toEqual([names(fromObjects), [...fromObjects.met]])
    const looked = new Set(names(brief))
    expect(brief.reports).toEqual(whole.reports.filter(({job}) => looked.has(job.name)))
    for (const {job, judgement, actions} of whole.reports) {
      if (looked.has(job.name)) continue
      expect([job.name, judgement.verdict, judgement.calls, actions]).toEqual([job.name, 'healthy', 'proven', []])
    }
    passed.quiet += brief.quiet
    if (worldOf(fates, rows).runs.read() instanceof RunRows) passed.rows += brief.quiet
    passed.met += [...brief.met.values()].flat().length
    passed.seen += looked.size
  })
  await fc.assert(property, {numRuns: 60})
  for (const times of Object.values(passed)) expect(times).toBeGreaterThan(100)
})
