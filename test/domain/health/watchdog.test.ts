import {expect, test} from 'vitest'
import {judgeWatchdog} from '../../../src/domain/health/watchdog.js'
import {incidentFold} from '../../../src/domain/incident/incident.js'
import type {SeenWatchdog} from '../../../src/domain/watchdog/watchdogs.js'

const minute = 60_000

function seen(settingsFile: string | undefined, agoMs: number): SeenWatchdog {
  const minutes = agoMs / minute
  return agoMs > 15 * minute
    ? {
        settingsFile,
        claimId: 'c',
        sends: true,
        state: {is: 'late', ageMs: agoMs, reason: `${minutes}m ago, more than 15m`},
      }
    : {settingsFile, claimId: 'c', sends: true, state: {is: 'on-time', ageMs: agoMs, reason: `${minutes}m ago`}}
}

/** Each job as it is watched by some settings files. */
function watched(...jobs: readonly (readonly string[])[]) {
  const state = incidentFold.empty()
  jobs.forEach((files, index) => {
    for (const settingsFile of files) {
      const record = {kind: 'watched', as: 'daily', jobs: [`job-${index}`], settingsFile}
      incidentFold.apply(state, {...record, at: 1, mono: 1, boot: 'b', host: 'h', uptimeMs: 1})
    }
  })
  return state
}

test.each<[string, readonly SeenWatchdog[], readonly (readonly string[])[], string, string]>([
  ['one that was never used is no reproach', [], [], 'healthy', 'never used here'],
  ['one that comes by is healthy', [seen('/a', minute)], [['/a']], 'healthy', '1m ago'],
  ['one that is late is degraded', [seen('/a', 20 * minute)], [['/a']], 'degraded', 'late: 20m ago, more than 15m'],
  ['one of an older version counts', [seen(undefined, 20 * minute)], [], 'degraded', 'late: 20m ago, more than 15m'],
  [
    'another that comes by hides nothing',
    [seen('/b', 0), seen('/a', 20 * minute)],
    [],
    'degraded',
    'late: 20m ago, more than 15m, by /a',
  ],
  [
    'another that is late leaves jobs unwatched',
    [seen('/a', 0), seen('/b', 20 * minute)],
    [['/b']],
    'degraded',
    '0m ago, by /a; late: 20m ago, more than 15m, by /b',
  ],
  [
    'another is no trouble once its jobs are watched elsewhere',
    [seen('/a', 0), seen('/b', 20 * minute)],
    [['/b', '/a']],
    'healthy',
    '0m ago, by /a',
  ],
  ['another is given up after a day', [seen('/a', 0), seen('/b', 1440 * minute)], [['/b']], 'healthy', '0m ago, by /a'],
  [
    'without a round by these settings the last one counts',
    [seen('/b', 20 * minute)],
    [],
    'degraded',
    'late: 20m ago, more than 15m',
  ],
])('%s', (_title, watchdogs, jobs, verdict, reason) => {
  expect(judgeWatchdog(watchdogs, '/a', watched(...jobs))).toMatchObject({verdict, reason})
})
