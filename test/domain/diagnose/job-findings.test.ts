import {describe, expect, test} from 'vitest'
import {folderOfPattern, judgeJobStart, judgeOutputFolders} from '../../../src/domain/diagnose/job-findings.js'

const start = {
  job: 'scan',
  path: '/usr/bin:/bin',
  programs: [{name: 'python3', path: '/usr/bin/python3'}],
  missingCwd: undefined,
}

describe('judgeJobStart', () => {
  test('a job whose programs are there can be started', () => {
    expect(judgeJobStart(start)).toMatchObject([{level: 'well', what: '/usr/bin/python3 can be started'}])
  })

  test('a program that is not in PATH is told with the PATH', () => {
    expect(judgeJobStart({...start, programs: [{name: 'node', path: undefined}]})).toMatchObject([
      {
        level: 'wrong',
        what: 'PATH in cron has no node',
        proof: 'scan needs it, and its PATH under cron is /usr/bin:/bin',
      },
    ])
  })

  test('a script that cannot be executed has the command that mends it', () => {
    const refusal = {reason: '/srv/a.x: no interpreter is known for it', hint: 'make it executable: chmod +x /srv/a.x'}
    expect(judgeJobStart({...start, programs: [], refusal})).toMatchObject([
      {level: 'wrong', what: 'scan cannot be started', proof: refusal.reason, mend: 'chmod +x /srv/a.x'},
    ])
  })

  test('a working directory that is not there is wrong', () => {
    expect(judgeJobStart({...start, missingCwd: '/srv/gone'})).toMatchObject([{mend: 'mkdir -p /srv/gone'}])
  })
})

test.each([
  ['data/*.csv', 'data'],
  ['/srv/data/health_*.json', '/srv/data'],
  ['*.csv', '.'],
  ['/*.csv', '/'],
  ['out/today.csv', 'out'],
  ['out/{a,b}/x', 'out'],
])('the folder of %s is %s', (pattern, folder) => {
  expect(folderOfPattern(pattern)).toBe(folder)
})

test('a missing folder of outputs is made by the command, one that cannot be written is wrong', () => {
  const folders = [
    {pattern: 'a/*', folder: '/srv/a', is: 'missing'},
    {pattern: 'b/*', folder: '/srv/b', is: 'unwritable'},
    {pattern: 'c/*', folder: '/srv/c', is: 'writable'},
  ] as const
  expect(judgeOutputFolders('scan', folders)).toMatchObject([
    {level: 'look', what: '/srv/a is not there', mend: 'mkdir -p /srv/a'},
    {level: 'wrong', what: '/srv/b cannot be written'},
  ])
  expect(judgeOutputFolders('scan', [])).toEqual([])
})
