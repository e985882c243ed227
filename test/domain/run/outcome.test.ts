import {expect, test} from 'vitest'
import {jobDefaults} from '../../../src/config/defaults.js'
import {type Exit, judgeRun, mayHaveFailed, type Outcome} from '../../../src/domain/run/outcome.js'

const {exitMap} = jobDefaults
const ended: Exit = {code: 0, signal: undefined, timedOut: false, silent: false, spawnError: undefined}
const judge = (exit: Partial<Exit>, more: Partial<Parameters<typeof judgeRun>[0]> = {}) =>
  judgeRun({exit: {...ended, ...exit}, exitMap, result: undefined, crashed: undefined, ...more})

test.each<[string, Partial<Exit>, Parameters<typeof judge>[1], Outcome]>([
  ['0 is healthy', {code: 0}, {}, 'healthy'],
  ['1 is degraded', {code: 1}, {}, 'degraded'],
  ['2 is unhealthy', {code: 2}, {}, 'unhealthy'],
  ['any other code is failed', {code: 3}, {}, 'failed'],
  ['a crash that exits 1 is failed', {code: 1}, {crashed: 'Python traceback: KeyError'}, 'failed'],
  ['a crash mark beside exit 0 is no crash', {code: 0}, {crashed: 'Perl: odd at x line 1.'}, 'healthy'],
  ['the result file outranks the exit code', {code: 0}, {result: {outcome: 'unhealthy'}}, 'unhealthy'],
  ['a result without outcome leaves the exit code', {code: 1}, {result: {detail: 'x'}}, 'degraded'],
  ['a crash outranks the result file', {code: 1}, {crashed: 'x', result: {outcome: 'healthy'}}, 'failed'],
  ['a time limit outranks the result file', {timedOut: true}, {result: {outcome: 'healthy'}}, 'timed-out'],
  ['silence is a time limit', {code: undefined, signal: 'SIGTERM', silent: true}, {}, 'timed-out'],
  ['a signal is killed', {code: undefined, signal: 'SIGKILL'}, {result: {outcome: 'healthy'}}, 'killed'],
  [
    'a reader that is gone outranks how the job ended',
    {code: 0, readerGone: true},
    {result: {outcome: 'failed'}},
    'killed',
  ],
  ['what could not start is not-started', {code: undefined, spawnError: 'ENOENT'}, {}, 'not-started'],
  ['a map of the job replaces the default', {code: 1}, {exitMap: {3: 'degraded'}}, 'failed'],
  ['0 stays healthy in a map that does not name it', {code: 0}, {exitMap: {3: 'degraded'}}, 'healthy'],
  ['a map may give 0 another meaning', {code: 0}, {exitMap: {0: 'degraded'}}, 'degraded'],
])('%s', (_title, exit, more, expected) => {
  expect(judge(exit, more).outcome).toBe(expected)
})

test.each<[string, Partial<Exit>, Partial<Parameters<typeof mayHaveFailed>[0]>, boolean]>([
  ['exit code 0 has not', {code: 0}, {}, false],
  [
    'a code that the map calls healthy may have, because its output may show a crash',
    {code: 3},
    {exitMap: {3: 'healthy'}},
    true,
  ],
  ['a time limit has, also with exit code 0', {code: 0, timedOut: true}, {}, true],
  ['silence has, also with exit code 0', {code: 0, silent: true}, {}, true],
  ['exit code 0 has where the map says so', {code: 0}, {exitMap: {0: 'failed'}}, true],
  ['exit code 0 has where the result file says so', {code: 0}, {result: {outcome: 'degraded'}}, true],
  [
    'exit code 0 has not where the result file outranks the map',
    {code: 0},
    {exitMap: {0: 'failed'}, result: {outcome: 'healthy'}},
    false,
  ],
])('whether an attempt may have failed: %s', (_title, exit, more, expected) => {
  expect(mayHaveFailed({exit: {...ended, ...exit}, exitMap, result: undefined, ...more})).toBe(expected)
})

test('the judgement says what it rests on', () => {
  expect(judge({code: 1}, {crashed: 'Python traceback: KeyError'}).detail).toBe('Python traceback: KeyError')
  expect(judge({code: 1}, {result: {detail: 'feed is late'}})).toEqual({outcome: 'degraded', detail: 'feed is late'})
  expect(judge({code: undefined, signal: 'SIGKILL'}).detail).toBe('SIGKILL')
  expect(judge({code: 0})).toEqual({outcome: 'healthy'})
})
