import {expect, test} from 'vitest'
import {markFailed, readRunState} from '../../../src/domain/recovery/run-state.js'
import {fc} from '../../support/properties.js'

const mark = {timestamp: '2026-01-05T12:00:00.000Z', reason: 'its process 7 is gone', phase: undefined}

test.each<[string, ReturnType<typeof readRunState>]>([
  ['{"phase_status": "running", "phase": "plan"}', {isRunning: true, owner: undefined, phase: 'plan'}],
  ['{"phase_status": "running", "pid": 7}', {isRunning: true, owner: {pid: 7}, phase: undefined}],
  ['{"phase_status": "done", "phase": 3}', {isRunning: false, owner: undefined, phase: undefined}],
  ['{"steps": [{"phase_status": "running", "pid": 7}]}', {isRunning: false, owner: undefined, phase: undefined}],
  ['[{"phase_status": "running"}]', undefined],
  ['{"phase_status": "runn', undefined],
  ['null', undefined],
  ['', undefined],
])('%s is read as %j', (text, state) => {
  expect(readRunState(text)).toEqual(state)
})

test('the status becomes failed and the reason is added, and nothing else changes', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.integer({min: 0, max: 4}), (others, indent) => {
      const written = {...others, phase_status: 'running'}
      const marked = markFailed(JSON.stringify(written, undefined, indent), mark)
      expect(JSON.parse(marked)).toEqual({
        ...(JSON.parse(JSON.stringify(written)) as object),
        phase_status: 'failed',
        recovery: expect.objectContaining({by: 'guard', reason: mark.reason, original_phase_status: 'running'}),
      })
    }),
  )
})

test('what JavaScript cannot hold stays as it was written', () => {
  const text = '{"id":12345678901234567890,"cost":1.50,"a":{"phase_status":"running"},"phase_status":"running"}'
  const marked = markFailed(text, {...mark, phase: 'execute'})
  expect(marked).toContain(
    '{"id":12345678901234567890,"cost":1.50,"a":{"phase_status":"running"},"phase_status":"failed", ',
  )
  expect(JSON.parse(marked)).toMatchObject({recovery: {recovery_phase: 'execute'}})
})

test('a status that is written twice is changed twice', () => {
  const marked = markFailed('{"phase_status": "done", "phase_status": "running"}', mark)
  expect(marked).toMatch(/^\{"phase_status": "failed", "phase_status": "failed", "recovery"/)
})

test('a key that is written with an escape is the same key', () => {
  const marked = markFailed('{"phase\\u005fstatus": "running", "recover\\u0079": 1}', mark)
  expect(marked).toMatch(/^\{"phase\\u005fstatus": "failed", "recover\\u0079": \{[^{}]*\}\}$/)
})

test.each([
  ['{"phase_status":"running","recovery":{"old":1}}', /^\{"phase_status":"failed","recovery":(\{[^{}]*\})\}$/],
  [
    '{ "recovery" : [1, {"a": [{}]}, "}"] ,\n "n": 1.50, "phase_status": "running" }\n',
    /^\{ "recovery" : (\{[^{}]*\}) ,\n "n": 1\.50, "phase_status": "failed" \}\n$/,
  ],
  ['{"recovery":null,"phase_status":"running"}', /^\{"recovery":(\{[^{}]*\}),"phase_status":"failed"\}$/],
])('a reason from an earlier crash is replaced, and all else stays: %s', (text, expected) => {
  const [, recovery = ''] = expected.exec(markFailed(text, mark)) ?? []
  expect(JSON.parse(recovery)).toMatchObject({by: 'guard', reason: mark.reason})
})
