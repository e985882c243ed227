import {describe, expect, test} from 'vitest'
import {type DiskFacts, judgeDisk, judgeMemory, reportLoad} from '../../../src/domain/health/machine.js'

const mebibyte = 1024 ** 2
const gibibyte = 1024 ** 3

const roomy: DiskFacts = {
  path: '/state',
  freeBytes: 50 * gibibyte,
  totalBytes: 100 * gibibyte,
  freeFiles: 500_000,
  totalFiles: 1_000_000,
}

describe('a disk', () => {
  test.each<[string, Partial<DiskFacts>, string]>([
    ['with room is healthy', {}, 'healthy'],
    ['with just 5 % free is healthy', {freeBytes: 5 * gibibyte}, 'healthy'],
    ['with less is degraded', {freeBytes: 5 * gibibyte - 1}, 'degraded'],
    ['with just 1 % free is degraded', {freeBytes: gibibyte}, 'degraded'],
    ['with less is unhealthy', {freeBytes: gibibyte - 1}, 'unhealthy'],
    ['that is small is degraded below 100 MiB', {totalBytes: 150 * mebibyte, freeBytes: 99 * mebibyte}, 'degraded'],
    ['that is small is unhealthy below 10 MiB', {totalBytes: 15 * mebibyte, freeBytes: 9 * mebibyte}, 'unhealthy'],
    ['with few inodes is degraded', {freeFiles: 49_999}, 'degraded'],
    ['with next to no inodes is unhealthy', {freeFiles: 9999}, 'unhealthy'],
    ['that makes inodes as it needs them lacks none', {freeFiles: 0, totalFiles: 0}, 'healthy'],
  ])('%s', (_title, differing, verdict) => {
    expect(judgeDisk({...roomy, ...differing}).verdict).toBe(verdict)
  })

  test('that does not tell its room is degraded', () => {
    expect(judgeDisk(undefined).verdict).toBe('degraded')
  })

  test('never reads as fuller or emptier than the limit that judged it', () => {
    expect(judgeDisk({...roomy, freeBytes: 5 * gibibyte - 1}).reason).toBe(
      '4.9 GiB of 100 GiB free (4.9 %), 50 % of its inodes at /state',
    )
  })
})

test.each<[number, string]>([
  [5, 'healthy'],
  [4.9, 'degraded'],
  [0, 'degraded'],
])('memory of which %d %% is available is %s', (share, verdict) => {
  const memory = {availableBytes: (share / 100) * gibibyte, totalBytes: gibibyte}
  expect(judgeMemory(memory).verdict).toBe(verdict)
})

test('memory that the system does not tell is not held against it', () => {
  expect(judgeMemory(undefined)).toMatchObject({verdict: 'healthy', reason: 'the system does not report it'})
})

test('load is told per core and never judged', () => {
  expect(reportLoad({averages: [50, 40, 30], cores: 4})).toMatchObject({
    verdict: 'healthy',
    reason: '12.5 per core (50.00, 40.00, 30.00 on 4 cores)',
    facts: {perCore: 12.5},
  })
})
