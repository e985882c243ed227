import {expect, test} from 'vitest'
import {recentOutcomes, withOutcome} from '../../../src/domain/run/recent-outcomes.js'

test('the last forty outcomes are kept, oldest first', () => {
  let recent = withOutcome('', 'failed', undefined)
  for (let run = 0; run < 39; run++) recent = withOutcome(recent, 'healthy', undefined)
  expect(recentOutcomes(recent)[0]).toBe('failed')
  const next = recentOutcomes(withOutcome(recent, 'skipped', undefined))
  expect([next.length, next[0], next.at(-1)]).toEqual([40, 'healthy', 'skipped'])
})

test('a run that was called interrupted and ended after all counts once', () => {
  const recent = withOutcome(withOutcome('', 'interrupted', undefined), 'healthy', undefined)
  expect(recentOutcomes(withOutcome(recent, 'degraded', 'interrupted'))).toEqual(['healthy', 'degraded'])
})
