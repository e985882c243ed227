import {expect, test} from 'vitest'
import {alertStream, incidentStream, resetRequestStream, resetResultStream} from '../../src/journal/failure-streams.js'
import {retentionOf} from '../../src/journal/spec.js'
import {leaseStream, runStream} from '../../src/journal/streams.js'

const settings = {runsMs: 1, incidentsMs: 2, resetsMs: 3, alertsMs: 4, deliveriesMs: 5}

test.each([
  [runStream, 1],
  [incidentStream, 2],
  [resetRequestStream, 3],
  [resetResultStream, 3],
  [alertStream, 4],
])('$name remembers for as long as the settings say, within its own size', (stream, maxAgeMs) => {
  expect(retentionOf(stream as never, settings)).toEqual({maxAgeMs, maxBytes: stream.retention.maxBytes})
})

test('leases keep what they need, whatever the settings say of history', () => {
  expect(retentionOf(leaseStream as never, settings)).toEqual(leaseStream.retention)
})
