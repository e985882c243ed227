import {expect, test} from 'vitest'
import {recentOutcomes, withOutcome} from '../../../src/domain/run/recent-outcomes.js'

test('the last forty outcomes are kept, oldest first', () => {
  let recent = withOutcome('', 'failed', undefined)
  for (let run = 0; run < 39; run++) recent = withOutcome(recent, 'healthy', undefined)
  expect(recentOutcomes(recent).outcomes[0]).toBe('failed')
  const {outcomes: next} = recentOutcomes(withOutcome(recent, 'skipped', undefined))
  expect([next.length, next[0], next.at(-1)]).toEqual([40, 'healthy', 'skipped'])
})

test('a run that was called interrupted and ended after all counts once', () => {
  const recent = withOutcome(withOutcome('', 'interrupted', undefined), 'healthy', undefined)
  expect(recentOutcomes(withOutcome(recent, 'degraded', 'interrupted')).outcomes).toEqual(['healthy', 'degraded'])
})

test('a run that was cut short is counted, and has no outcome', () => {
  const recent = ['healthy', 'cut-short', 'failed'] as const
  const all = recent.reduce((before, outcome) => withOutcome(before, outcome, undefined), '')
  expect(recentOutcomes(all)).toEqual({outcomes: ['healthy', 'failed'], cutShort: 1})
})
