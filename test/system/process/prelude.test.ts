import {execFileSync} from 'node:child_process'
import {expect, test} from 'vitest'
import {execLines, limitLines, preludeOfCaller} from '../../../src/system/process/prelude.js'

const nothing = {openFiles: undefined, ignored: [], descriptors: []}

test('a caller that has changed nothing needs no shell', () => {
  expect([preludeOfCaller(nothing, {A: 'text'}), execLines(['true', 'x'])]).toEqual([[], ['exec "$@"']])
})

test('the limit and the ignored signals are set in the process of the job', () => {
  const lines = [...limitLines('77'), ...preludeOfCaller({...nothing, ignored: [1, 10]}, {})]
  const script = [...lines, ...execLines(['grep'])].join('\n')
  const status = execFileSync(
    '/bin/sh',
    ['-c', script, 'sh', 'grep', '-E', 'SigIgn|open files', '/proc/self/status', '/proc/self/limits'],
    {encoding: 'utf8'},
  )
  expect(status).toMatch(/SigIgn:\s+0*201\n/)
  expect(status).toMatch(/Max open files\s+77 /)
})

test('a replacement character that the caller has written is handed on as it is', () => {
  expect(preludeOfCaller(nothing, {A: '\uFFFD'})).toEqual([])
  expect(execLines(['echo', '\uFFFD']).join('\n')).toMatch(/^exec "\$\{1\}" "\$\{2\}"$/)
})
