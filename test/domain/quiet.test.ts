import fc from 'fast-check'
import {expect, test} from 'vitest'
import type {ByName} from '../../src/domain/column-map.js'
import {gatherFacts} from '../../src/domain/gather-facts.js'
import type {JobHistory} from '../../src/domain/incident.js'
import {decideIncident} from '../../src/domain/incident-decision.js'
import {noResets} from '../../src/domain/incident-reset.js'
import type {Lease} from '../../src/domain/lease.js'
import {bulkLeaseFold} from '../../src/domain/lease-bulk.js'
import {endedLeases} from '../../src/domain/lease-rows.js'
import type {Clocks} from '../../src/domain/life.js'
import {type Glance, quietIn, wellLeases} from '../../src/domain/quiet.js'
import type {Run} from '../../src/domain/run.js'
import {emptyTimeline, withNote} from '../../src/domain/timeline.js'
import {judgeJob} from '../../src/domain/verdict.js'
import type {SlotFacts} from '../../src/domain/watchdog-facts.js'
import {type WatchedJob, watchedAs} from '../../src/domain/watched-job.js'
import {leaseNow, leaseOf} from '../support/leases.js'

const minute = 60_000
const {at, mono} = leaseNow
const nowAwake = mono

const clocks: Clocks = {
  now: leaseNow,
  nowAwake,
  timeline: withNote(emptyTimeline, {
    at: at - 40 * minute,
    mono: mono - 40 * minute,
    boot: 'boot-1',
    awake: mono - 40 * minute,
  }),
}

const ago = fc.constantFrom(0, 1, 2, 5, 11, 30, 45, 60).map((minutes) => minutes * minute)

const lease = fc
  .record({
    claimedAgo: ago,
    seenAgo: ago,
    boot: fc.constantFrom('boot-1', 'boot-1', 'boot-0'),
    ends: fc.constantFrom('ok', 'ok', 'ok', 'error', 'not'),
  })
  .map(({claimedAgo, seenAgo, boot, ends}): Lease => {
    const seen = {seenAt: at - seenAgo, expiresAt: at - seenAgo + minute, expiresMono: mono - seenAgo + minute}
    const claimed = {claimedAt: at - claimedAgo, claimedMono: mono - claimedAgo}
    const released = ends === 'not' ? {} : {released: {at: at - seenAgo, status: ends as 'ok' | 'error'}}
    return leaseOf('scan', {...claimed, ...seen, boot, ...released})
  })

const run = fc
  .record({
    startedAgo: ago,
    outcome: fc.constantFrom('healthy', 'healthy', 'failed', 'interrupted', 'skipped', undefined),
    steps: fc.constantFrom([], [], [{do: 'refused', ok: false, durationMs: 0, at}]),
  })
  .map(({startedAgo, outcome, steps}): Run => {
    const startedAt = at - startedAgo
    const ended = outcome === undefined ? {} : {outcome, endedAt: startedAt + 1000}
    return {id: 'r', job: 'scan', startedAt, attempts: 1, recovered: false, steps, ...ended} as Run
  })

const slot = fc
  .record({
    dueAgo: ago,
    setBackMs: fc.constantFrom(0, 0, 0, 50 * minute),
    is: fc.constantFrom('awake', 'awake', 'down', 'skipped', 'repeated', 'before', 'before'),
  })
  .map(({dueAgo, setBackMs, is}): SlotFacts => {
    const due = is === 'before' ? Number.NEGATIVE_INFINITY : nowAwake - dueAgo - setBackMs
    return {at: at - dueAgo, due: {is, awake: due} as SlotFacts['due'], former: {is: 'awake', awake: due - 10 * minute}}
  })

const job = fc
  .record({
    freshForMs: fc.constantFrom(undefined, 5 * minute, 40 * minute),
    outputs: fc.constantFrom([], [], [{files: ['*'], minSizeBytes: 0, contains: [], lacks: []}]),
    openclawId: fc.constantFrom(undefined, undefined, 'id'),
  })
  .map(({freshForMs, outputs, openclawId}): WatchedJob => {
    const limits = {freshForMs, graceMs: minute, vetoForMs: 0, bootGraceMs: 10 * minute}
    return {name: 'scan', schedule: '* * * * *', timezone: undefined, outputs, dir: undefined, limits, openclawId}
  })

const history = fc
  .record({
    watchedAs: fc.constantFrom('same', 'same', 'other'),
    verdict: fc.constantFrom('healthy', 'healthy', 'stalled'),
    incident: fc.constantFrom(undefined, undefined, 'open'),
  })
  .map(({watchedAs: as, verdict, incident}) => {
    const opened = {id: 'i', job: 'scan', verdict, reason: 'r', openedAt: 0, openedAwake: 0}
    const escalation = {escalations: 0, escalatedAwake: 0, escalatedAt: 0}
    return {as, verdict, incident: incident && {...opened, ...escalation}}
  })

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, {nil: undefined, freq: 4})

function glanceBy(leases: ByName<Lease>, glance: Glance, before: JobHistory | undefined, last: Run | undefined) {
  const well = wellLeases(leases, endedLeases(leases, leaseNow.boot))('scan', glance)
  return well ? glance.beyond(well, before, last) : 'notable'
}

function inRows(own: Lease | undefined): ByName<Lease> {
  const others = Array.from({length: 70}, (_, n) => leaseOf(`job-${n}`))
  const byJob = new Map([...others, ...(own ? [own] : [])].map((one) => [one.job, one]))
  return bulkLeaseFold.restore(JSON.parse(JSON.stringify(bulkLeaseFold.save({grants: 99, byJob})))).byJob
}

test('a quiet job is proven healthy and calls for nothing, whatever else is known', () => {
  const quiet = {quiet: 0, met: 0, running: 0, ended: 0, beforeSlots: 0}
  const property = fc.property(
    job,
    maybe(lease),
    maybe(run),
    maybe(slot),
    maybe(history),
    (watched, own, last, due, known) => {
      const as = watchedAs(watched)
      const before: JobHistory | undefined = known && {
        watchedAs: known.as === 'same' ? as : 'other',
        watchedAwake: 0,
        verdict: known.verdict as JobHistory['verdict'],
        incident: known.incident as JobHistory['incident'],
      }
      const glance = quietIn({job: watched, slot: due, as}, clocks)
      const glanced = glanceBy(new Map(own ? [['scan', own]] : []), glance, before, last)
      // As a row of a snapshot among others it tells the same.
      expect(glanceBy(inRows(own), glance, before, last)).toBe(glanced)
      if (glanced === 'notable') return
      expect(glanced).toBe(before?.watchedAs === as ? 'quiet' : 'met')
      quiet[glanced] += 1
      quiet[own?.released ? 'ended' : 'running'] += 1
      if (own?.released && due?.due.is === 'before') quiet.beforeSlots += 1
      const traces = {lease: own, runs: last ? [last] : []}
      const facts = gatherFacts(watched, {traces, history: before, outputs: [], openclaw: undefined, slot: due}, clocks)
      const judgement = judgeJob(facts)
      expect(judgement).toMatchObject({verdict: 'healthy', calls: 'proven'})
      const policy = {
        escalateAfterFailedResets: 2,
        escalateAfterMs: 0,
        repeatAlertAfterMs: 0,
        answerWithinMs: 0,
        betweenResetsMs: 0,
      }
      const situation = {
        job: 'scan',
        nowAwake,
        judgement,
        lastVerdict: before?.verdict ?? 'healthy',
        resets: noResets,
      } as const
      const incident = {incident: before?.incident, resettable: false, openclaw: undefined, policy}
      expect(decideIncident({...situation, ...incident})).toEqual([])
    },
  )
  fc.assert(property, {numRuns: 10_000})
  for (const times of Object.values(quiet)) expect(times).toBeGreaterThan(5)
})
