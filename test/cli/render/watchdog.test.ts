import {expect, test} from 'vitest'
import {renderEvaluation} from '../../../src/cli/render/watchdog.js'
import {minute} from '../../support/job-facts.js'
import {pipePage} from '../../support/page.js'
import {scan, watchdogWorld} from '../../support/watchdog-world.js'

/** `scan`, whose lease has run out, among so many jobs that have never run. */
async function evaluationAmong(others: number) {
  const names = Array.from({length: others}, (_, n) => `job-${n}`)
  const world = watchdogWorld([scan, ...names.map((name) => ({...scan, name, openclawId: undefined}))])
  world.claim(minute)
  await world.round()
  world.clock.advance(2 * minute)
  return world.round()
}

const pipe = pipePage()
const untold = 'nothing is known yet, watched for 2m'
const degraded = {is: 'degraded', reason: 'scan stalled'} as const

test('of more than a hundred jobs only those in trouble have a line, and the others are counted', async () => {
  const lines = renderEvaluation(pipe, await evaluationAmong(100), degraded).split('\n')
  expect(lines[0]).toMatch(/^scan {2}\S*stalled/)
  expect(lines.slice(-2)).toEqual(['100 more are unknown; --json has each', 'degraded: scan stalled'])
  expect(lines.filter((line) => line.includes(untold))).toEqual([])
})

test('of a hundred jobs each has its line', async () => {
  const text = renderEvaluation(pipe, await evaluationAmong(99), degraded)
  expect(text.split('\n').filter((line) => line.includes(untold))).toHaveLength(99)
  expect(text).not.toContain('more are unknown')
})
