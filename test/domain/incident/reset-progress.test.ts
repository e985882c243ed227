import {expect, test} from 'vitest'
import type {Incident} from '../../../src/domain/incident/incident.js'
import {resetProgress} from '../../../src/domain/incident/reset-progress.js'

const incident: Incident = {
  id: 'i',
  job: 'scan',
  verdict: 'stalled',
  reason: 'silent',
  openedAt: 0,
  openedUptimeMs: 0,
  level: 'CRITICAL',
  isFlapping: false,
  wellSinceMs: undefined,
  escalations: 0,
  escalatedUptimeMs: 0,
  escalatedAt: 0,
}

/** One request at 10, answered so at 20. */
function progress(outcome: string, nowUptimeMs: number) {
  const answer = {
    requestId: 'i-1',
    jobId: 'a',
    ok: outcome === 'reset',
    outcome,
    detail: outcome,
    at: 20,
    recordId: 'r',
  }
  const records = {
    requestedAt: (id: string) => (id === 'i-1' ? 10 : undefined),
    answer: () => answer,
    uptimeAt: (wallMs: number) => wallMs,
  }
  return resetProgress(incident, records, {settleMs: 100, nowUptimeMs})
}

test.each([
  ['reset', 50, 'settling', 0],
  ['reset', 200, 'failed', 1],
  ['failed', 50, 'failed', 1],
  ['withdrawn', 50, 'settling', 0],
  ['withdrawn', 200, 'none', 0],
])('a request that was answered %s is, at %i ms, %s', (outcome, nowUptimeMs, last, failed) => {
  expect(progress(outcome, nowUptimeMs)).toMatchObject({attempts: 1, last, failed})
})
