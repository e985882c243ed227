import {describe, expect, test} from 'vitest'
import type {SettingsRound} from '../../../src/domain/lease/settings-round.js'
import {seenWatchdogs} from '../../../src/domain/watchdog/watchdogs.js'
import type {Watch} from '../../../src/domain/watchdog/watches.js'
import {
  isLeftToWatchdog,
  isOnTime,
  isWatchGivenUp,
  judgesOf,
  keeperOf,
} from '../../../src/domain/watchdog/who-judges.js'
import {leaseOf, leaseNow as now} from '../../support/leases.js'

const [minute, hour] = [60_000, 3_600_000]
const lateAfterMs = 15 * minute
const own = {settingsFile: '/a', lateAfterMs}
const released = {at: now.at, status: 'ok'} as const

function round(settingsFile: string, agoMs: number, limitMs = lateAfterMs): SettingsRound {
  const times = {ttlMs: minute, seenAt: now.at - agoMs, expiresMono: now.mono - agoMs + minute}
  return {
    settingsFile,
    lateAfterMs: limitMs,
    sends: true,
    claimId: settingsFile,
    ...times,
    boot: now.boot,
    host: now.host,
  }
}

/** The lease after rounds of watchdogs, the last one first. */
function seen([last, ...others]: readonly SettingsRound[]) {
  if (!last) return []
  const {settingsFile, lateAfterMs: limitMs, sends, ...times} = last
  const settings = {settingsFile, lateAfterMs: limitMs, sends}
  return seenWatchdogs(leaseOf('guard-watchdog', {...times, settings, others, released}), now, own)
}

const older = seenWatchdogs(leaseOf('guard-watchdog', {released}), now, own)
const watch = (settingsFile: string, more: Partial<Watch> = {}): Watch => ({
  settingsFile,
  watchKey: 'daily',
  watchedSinceMs: 0,
  ...more,
})

describe('watchdogs', () => {
  test('are each on time or late by their own last round, and by their own limit', () => {
    const states = seen([round('/b', minute), round('/c', 20 * minute), round('/d', 20 * minute, hour)])
    expect(states.map(({settingsFile, state}) => [settingsFile, state.is])).toEqual([
      ['/b', 'on-time'],
      ['/c', 'late'],
      ['/d', 'on-time'],
    ])
  })

  test('of an older version, which do not say whether they have channels, count as those that send', () => {
    expect(older).toMatchObject([{settingsFile: undefined, sends: true}])
  })

  test('of the own settings have the limit of today', () => {
    expect(seen([round('/a', 20 * minute, hour)])[0]?.state.is).toBe('late')
  })

  test.each([
    ['with these settings', seen([round('/a', 0)]), '/a', true],
    ['with others alone', seen([round('/b', 0)]), '/a', false],
    ['with others, where there are none', seen([round('/b', 0)]), '', true],
    ['of an older version', older, '/a', true],
    ['with these settings, but late', seen([round('/b', 0), round('/a', 20 * minute)]), '/a', false],
  ])('that make rounds %s', (_title, watchdogs, settingsFile, is) => {
    expect(isOnTime(watchdogs, settingsFile)).toBe(is)
  })
})

describe('a job is left to a watchdog', () => {
  const never = () => {
    throw new Error('the record is not needed')
  }

  test.each([
    ['of the settings that name it, whatever is on record', '/a', true, never, true],
    ['of other settings only if that watches it', '/b', true, () => [watch('/a')], false],
    ['that watches it on record', '/b', false, () => [watch('/c'), watch('/b')], true],
    ['never if no settings name it', '/b', false, () => [watch('', {isByRuns: true})], false],
  ])('%s', (_title, settingsFile, isNamed, watches, is) => {
    expect(isLeftToWatchdog(seen([round(settingsFile, 0)]), {settingsFile: '/a', isNamed, watches})).toBe(is)
  })

  test('not if that is late, nor if there is none', () => {
    const watches = () => [watch('/a')]
    const asked = {settingsFile: '/a', isNamed: true, watches}
    expect(isLeftToWatchdog(seen([round('/a', 20 * minute)]), asked)).toBe(false)
    expect(isLeftToWatchdog([], {...asked, watches: never})).toBe(false)
  })

  test('of an older version, whatever it watches', () => {
    expect(isLeftToWatchdog(older, {settingsFile: '/a', isNamed: false, watches: never})).toBe(true)
  })
})

describe('a watch is given up', () => {
  const gone = new Set(['/gone'])

  test.each([
    ['not while its watchdog comes by', watch('/b'), [round('/b', 0)], false],
    ['not while that is late by less than a day', watch('/b'), [round('/b', 23 * hour)], false],
    ['after a day without a round', watch('/b'), [round('/b', 24 * hour)], true],
    ['without a round on record', watch('/b'), [round('/c', 0)], true],
    ['once its watchdog is late and its settings file is gone', watch('/gone'), [round('/gone', hour)], true],
    ['not while a watchdog comes by that the missing file does not stop', watch('/gone'), [round('/gone', 0)], false],
    ['of runs whose settings file is gone', watch('/gone', {isByRuns: true}), [], true],
    ['not of runs whose settings file is there', watch('/b', {isByRuns: true}), [], false],
    ['never of runs that no settings name', watch('', {isByRuns: true}), [], false],
  ])('%s', (_title, one, rounds, is) => {
    expect(isWatchGivenUp(one, seen(rounds), gone)).toBe(is)
  })
})

test('an incident is left to the watchdog that has opened it while that watches the job and makes its rounds', () => {
  const [both, late] = [seen([round('/a', 1000), round('/b', 1000)]), seen([round('/a', 1000), round('/b', hour)])]
  const incident = {settingsFile: '/b'}
  const watches = [watch('/a'), watch('/b')]
  expect(keeperOf({incident, watches}, both, '/a')).toBe('/b')
  expect(keeperOf({incident, watches}, both, '/b')).toBeUndefined()
  expect(keeperOf({incident, watches}, late, '/a')).toBeUndefined()
  expect(keeperOf({incident, watches: [watch('/a')]}, both, '/a')).toBeUndefined()
  expect(keeperOf({incident, watches: [watch('/b', {isByRuns: true})]}, both, '/a')).toBeUndefined()
  expect(keeperOf({incident: {}, watches}, both, '/a')).toBeUndefined()
  expect(keeperOf({incident: undefined, watches}, both, '/a')).toBeUndefined()
  expect([judgesOf(watches, both), judgesOf(watches, late)]).toEqual([['/a', '/b'], ['/a']])
})
