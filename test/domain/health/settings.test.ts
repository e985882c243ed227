import {expect, test} from 'vitest'
import {judgeSettings} from '../../../src/domain/health/settings.js'

const file = '/srv/.guardianrc.yaml'
const wrong = {message: 'jobs.a is wrong', jobs: {}, parts: []}

test('of settings that are right nothing is said, nor where there are none', () => {
  expect([judgeSettings({file}), judgeSettings({})]).toEqual([undefined, undefined])
})

test('a job whose own part is wrong is in trouble itself, and the settings are not', () => {
  expect(judgeSettings({file, wrong})).toBeUndefined()
})

test('another part that is wrong degrades, in one line', () => {
  const notice = `${file} has a problem\nalerting.cap: is no number`
  expect(judgeSettings({file, wrong: {...wrong, notice}})).toMatchObject({
    verdict: 'degraded',
    reason: `${file} has a problem; alerting.cap: is no number`,
    facts: {file, jobsRun: true},
  })
})

test('settings of which no job may run degrade, also where the jobs are not known', () => {
  const refusal = `${file} cannot be loaded`
  expect(judgeSettings({wrong: {...wrong, notice: refusal, refusal}})).toMatchObject({
    verdict: 'degraded',
    reason: refusal,
    facts: {file: null, jobsRun: false},
  })
})
