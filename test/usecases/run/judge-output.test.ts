import {expect, test} from 'vitest'
import {endWithLostOutput} from '../../../src/usecases/run/judge-output.js'
import type {FinishedRun} from '../../../src/usecases/run/run-request.js'

const why = 'ENOSPC: no space left on device, write'

test('a run that ended well after a recovery is not recovered if its reader lacks output, nor is it tried again', () => {
  const end: FinishedRun = {
    attempt: {outcome: 'healthy', exitCode: 0},
    ...{attempts: 2, recovered: true, class: 'dns'},
  }
  expect(endWithLostOutput(end, why)).toEqual({
    attempt: expect.objectContaining({outcome: 'failed', class: 'output-lost', exitCode: 74}),
    ...{attempts: 2, recovered: false, class: 'output-lost', notRetried: 'what was passed on cannot be taken back'},
  })
})

test('a bad end of the job stays what it is, with why it was not tried again', () => {
  const attempt = {outcome: 'failed', exitCode: 3, class: 'dns'} as const
  const end: FinishedRun = {attempt, attempts: 1, recovered: false, class: 'dns', notRetried: 'no attempt is left'}
  expect(endWithLostOutput(end, why)).toEqual(end)
})
