import fc from 'fast-check'
import {expect, test} from 'vitest'
import {gatherJobs, jobAt, type WatchedJob, withJob} from '../../src/domain/watched-job.js'

const watched = fc.record({
  name: fc.string(),
  schedule: fc.constantFrom(undefined, '* * * * *', '0 * * * *'),
  timezone: fc.constantFrom(undefined, 'UTC'),
  outputs: fc.constantFrom([], [{files: ['*'], maxAgeMs: 1, minSizeBytes: 0, contains: [], lacks: []}]),
  dir: fc.constantFrom(undefined, '/srv'),
  limits: fc.record({
    freshForMs: fc.constantFrom(undefined, 1),
    graceMs: fc.nat(1),
    vetoForMs: fc.nat(1),
    bootGraceMs: fc.nat(1),
  }),
  openclawId: fc.constantFrom(undefined, 'id'),
})

test('jobs gathered by the ways in which they are watched are the same jobs, in their order, one more at the end', () => {
  const property = fc.property(fc.array(watched), watched, (jobs: readonly WatchedJob[], other: WatchedJob) => {
    const gathered = withJob(gatherJobs(jobs), other)
    expect(gathered.names.map((_, index) => jobAt(gathered, index))).toEqual([...jobs, other])
  })
  fc.assert(property)
})

test('jobs that are watched in one way share it', () => {
  const [one] = fc.sample(watched, 1) as unknown as [WatchedJob]
  const {ways, names, wayOf} = gatherJobs([one, {...one, name: 'other'}])
  expect([ways.length, names, wayOf]).toEqual([1, [one.name, 'other'], [0, 0]])
})
