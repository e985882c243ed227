import {expect, test} from 'vitest'
import type {Crontab} from '../../../src/system/crontab/read-crontabs.js'
import {planInstall} from '../../../src/usecases/crontab/change-crontabs.js'
import type {DiscoverDeps} from '../../../src/usecases/crontab/discover-crontabs.js'

const request = {file: '/tab', all: false, line: undefined, pattern: undefined, added: [], wraps: false}

function depsOf(bytes: string): DiscoverDeps {
  const crontab: Crontab = {path: '/tab', title: '/tab', hasUsers: false, bytes}
  return {
    cron: {kind: 'debian', crontab: undefined},
    readCrontabs: () => ({crontabs: [crontab], unreadable: []}),
    readCrontabFile: () => crontab,
    readPeriodicJobs: () => ({folders: [], anacron: []}),
    guardProgram: () => 'guard',
    userName: 'root',
    isUser: () => true,
    files: {home: '/root', problemOf: () => undefined, lacksFolder: () => false},
    jobs: {hasJob: () => false, jobOfFile: () => undefined},
    hasCommand: () => false,
  }
}

test('a line that the installed cron would refuse is not added, and the reason is said', () => {
  const added = [{name: 'j', words: () => 'run j', schedule: '@Daily'}]
  expect(() => planInstall(depsOf('0 5 * * * a\n'), {...request, added})).toThrow(
    expect.objectContaining({
      kind: 'config',
      message: "Debian's cron would not run the line of j: refused: write @daily",
    }),
  )
})
