import {expect, test} from 'vitest'
import {renderHealth} from '../../../src/cli/render/health.js'
import type {Check} from '../../../src/domain/health/check.js'
import {pipePage} from '../../support/page.js'

test('what is degraded is not called unhealthy', () => {
  const check = (name: Check['check'], verdict: Check['verdict']): Check => ({
    ...{check: name, verdict, reason: 'so it is', facts: {}},
  })
  const checks = [check('disk', 'healthy'), check('breakers', 'degraded'), check('incidents', 'unhealthy')]
  const text = renderHealth(pipePage(), {at: 0, verdict: 'unhealthy', checks})
  expect(text.split('\n').at(-1)).toBe('unhealthy: incidents; degraded: breakers')
})
