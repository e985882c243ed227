import {expect, test} from 'vitest'
import {judgeFleet, judgeWrongFleet} from '../../../src/domain/health/fleet.js'

const now = Date.UTC(2026, 10, 29, 12)
const trouble = {id: 'r1', kind: 'away', since: now - 600_000, at: now - 60_000, text: 'connection refused'} as const

test('a store that was never asked, and one that answered, are well', () => {
  expect(judgeFleet({}, {onStoreError: 'refuse'}, now)).toMatchObject({
    verdict: 'healthy',
    reason: 'its store was not asked yet',
    facts: {},
  })
  expect(judgeFleet({answeredAt: now - 120_000}, {onStoreError: 'refuse'}, now)).toMatchObject({
    verdict: 'healthy',
    reason: 'its store answered 2m ago',
    facts: {answeredAt: '2026-11-29T11:58:00.000Z'},
  })
})

test.each([
  ['no job of the fleet runs', 'away', 'refuse', 'unhealthy', 'gives no answer'],
  ['jobs run that may run elsewhere too', 'away', 'run', 'degraded', 'gives no answer'],
  ['the host is refused, however it is set up', 'refused', 'run', 'unhealthy', 'refuses this host'],
] as const)('while a store fails, %s', (_title, kind, onStoreError, verdict, said) => {
  const check = judgeFleet({answeredAt: now - 900_000, trouble: {...trouble, kind}}, {onStoreError}, now)
  expect(check).toMatchObject({verdict, facts: {kind, since: '2026-11-29T11:50:00.000Z'}})
  expect(check.reason).toBe(`the store of the fleet ${said}: connection refused, for 10m`)
})

test('a store that the settings name wrongly is not a store: no job of the fleet runs', () => {
  expect(judgeWrongFleet('fleet.host: "a b" is not a name of a host')).toMatchObject({
    verdict: 'unhealthy',
    reason: 'its settings are wrong: fleet.host: "a b" is not a name of a host',
  })
})
