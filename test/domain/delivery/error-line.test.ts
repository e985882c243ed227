import {expect, test} from 'vitest'
import {normalizedErrorLine} from '../../../src/domain/delivery/error-line.js'
import {fc} from '../../support/properties.js'

test.each([
  ['2026-11-29T05:22:10.123Z ERROR connect ECONNREFUSED 10.0.0.12:5432', 'connect econnrefused <address>:5432'],
  [
    'Nov 29 05:22:10 web cron[812]: HTTP 503 from https://api.example.com/v1/x?id=9',
    'http 503 from https://api.example.com',
  ],
  ['[29/Nov/2026:05:22:10 +0000] request 3f2b9c1d-0f7e-4a3b-9a52-1b2c3d4e5f60 failed', '[<time>] request <id> failed'],
  ['open /var/lib/app/42/data.db: no space left on device', 'open <path>: no space left on device'],
  ["KeyError: 'user_123'", 'keyerror: <text>'],
  [
    'the scheduler is dead: it was started on 26 Sept at 17:02 and did not say that it stops',
    'it was started on <time> and did not say that it stops',
  ],
  ['errno 28 after 4096 bytes', 'errno 28 after <n> bytes'],
  ['mail to bob@example.com rejected', 'mail to <mail> rejected'],
  ['commit 4f2a91cde0 not found', 'commit <id> not found'],
])('%s', (line, normalized) => {
  expect(normalizedErrorLine(line)).toContain(normalized)
})

test.each([
  ['connect failed: port 5432', 'connect failed: port 6379'],
  ['HTTP 401', 'HTTP 503'],
  ['GET https://a.example/x failed', 'GET https://b.example/x failed'],
  ['ECONNREFUSED', 'ETIMEDOUT'],
  ['GET https://api1.example/x', 'GET https://api2.example/x'],
  ['the server returned 401', 'the server returned 503'],
  ['exit code 3', 'exit code 4'],
])('tells causes apart: %s, %s', (one, other) => {
  expect(normalizedErrorLine(one)).not.toBe(normalizedErrorLine(other))
})

test('lines that differ in numbers, times and ids alone are one cause', () => {
  const line = (n: number, id: string, at: Date) => `${at.toISOString()} job ${n}: row ${n * 7} of ${id} is broken`
  const date = fc.date({min: new Date('2000-01-01'), max: new Date('2090-01-01'), noInvalidDate: true})
  fc.assert(
    fc.property(fc.nat(99_999), fc.uuid(), date, fc.nat(99_999), fc.uuid(), date, (a, b, c, d, e, f) => {
      expect(normalizedErrorLine(line(a, b, c))).toBe(normalizedErrorLine(line(d, e, f)))
    }),
  )
})

test('is short and quick, whatever the line', () => {
  fc.assert(
    fc.property(fc.string({unit: 'binary', maxLength: 5000}), (line) => {
      expect(normalizedErrorLine(line).length).toBeLessThanOrEqual(160)
    }),
  )
  for (const hard of [
    '/a'.repeat(50_000),
    ':'.repeat(50_000),
    '"'.repeat(50_000),
    'a.'.repeat(50_000),
    '0a'.repeat(50_000),
  ])
    normalizedErrorLine(hard)
})
