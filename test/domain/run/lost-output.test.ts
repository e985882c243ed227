import {expect, test} from 'vitest'
import {withLostOutput} from '../../../src/domain/run/lost-output.js'

const why = 'ENOSPC: no space left on device, write'
const lost = {class: 'output-lost', detail: `a part of its output could not be passed on: ${why}`}

test.each([
  ['healthy', 0, {outcome: 'failed', exitCode: 74, ...lost}],
  ['skipped', 75, {outcome: 'failed', exitCode: 75, ...lost}],
  ['healthy', 9, {outcome: 'failed', exitCode: 9, ...lost}],
  ['degraded', 0, {outcome: 'degraded', exitCode: 74}],
  ['failed', 3, {outcome: 'failed', exitCode: 3}],
  ['timed-out', 124, {outcome: 'timed-out', exitCode: 124}],
] as const)('an end that is %s with %i, of which the reader lacks output', (outcome, exitCode, expected) => {
  expect(withLostOutput({outcome, exitCode}, why)).toEqual(expected)
})
