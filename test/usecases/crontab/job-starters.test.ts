import {expect, test} from 'vitest'
import type {Crontab, FoundCrontabs} from '../../../src/system/crontab/read-crontabs.js'
import {jobStarters} from '../../../src/usecases/crontab/job-starters.js'

const [wrapped, other] = ['0 5 * * * guard run sync\n', '0 6 * * * /opt/other.sh\n']
/** A line that runs the script of the job. */
const plain = '0 5 * * * /opt/sync.sh\n'
/** Cron refuses it. */
const wrong = '60 5 * * * guard run sync\n'

/** What starts `sync`, which the settings have with its script. */
function startersOf(found: Partial<FoundCrontabs>, isCronThere = true) {
  const jobs = {
    hasJob: (name: string) => name === 'sync',
    jobOfFile: ({file: path}: {readonly file: string}) => (path === '/opt/sync.sh' ? 'sync' : undefined),
  }
  return jobStarters(
    {
      ...{
        cron: {kind: 'debian', crontab: undefined},
        guardProgram: () => 'guard',
        userName: 'root',
        isUser: () => true,
      },
      readCrontabs: () => ({crontabs: [], unreadable: [], ...found}),
      readCrontabFile: () => own(''),
      readPeriodicJobs: () => ({folders: [], anacron: []}),
      files: {home: '/root', problemOf: () => undefined, lacksFolder: () => false},
      ...{jobs, hasCommand: jobs.hasJob, runningCron: () => (isCronThere ? 'cron' : undefined)},
    },
    'sync',
  )
}

const own = (bytes: string): Crontab => ({path: undefined, title: 'the crontab of root', hasUsers: false, bytes})
const file = (bytes: string): Crontab => ({path: '/tab', title: '/tab', hasUsers: false, bytes})

test('each line of a crontab that starts the job is named, and none of another job', () => {
  expect(startersOf({crontabs: [own(other + wrapped), file(wrapped)]})).toEqual({
    sentences: ['Line 2 of the crontab of root starts it (0 5 * * *).', 'Line 1 of /tab starts it (0 5 * * *).'],
    mend: undefined,
  })
})

test.each([
  ['no line', '', '0 lines of cron read'],
  ['one line', other, '1 line of cron read'],
])('that nothing starts it is said, with how much was read: %s; a line can be added', (_title, bytes, read) => {
  expect(startersOf({crontabs: [own(bytes)]})).toEqual({
    sentences: [`No crontab starts it: ${read}.`],
    mend: 'guard crontab add sync',
  })
})

test('a line that runs its script without guard is mended in its own crontab: one more would run the job twice', () => {
  const sentence = (title: string) => `Line 1 of ${title} runs it without guard (0 5 * * *), so no run is on record.`
  expect(startersOf({crontabs: [own(plain)]})).toEqual({
    sentences: [sentence('the crontab of root')],
    mend: 'guard crontab install sync',
  })
  expect(startersOf({crontabs: [file(plain)]})).toEqual({
    sentences: [sentence('/tab')],
    mend: 'guard crontab install --file /tab sync',
  })
})

test('nothing is to be mended where another line starts it under guard', () => {
  expect(startersOf({crontabs: [own(plain), file(wrapped)]}).mend).toBeUndefined()
})

test('a line that cron refuses never starts it, with the reason, and no second one is proposed', () => {
  const {sentences, mend} = startersOf({crontabs: [own(wrong)]})
  expect(sentences).toEqual([expect.stringMatching(/^Line 1 of the crontab of root never starts it \(.*\): refused/)])
  expect(mend).toBeUndefined()
})

test('beside it is said what keeps cron from starting anything, and what could not be read', () => {
  const crontabs = [own(wrapped), {...file(wrapped), ignored: 'it is writable by others'}]
  expect(startersOf({crontabs, unreadable: [{title: '/etc/crontab', reason: 'EACCES'}]}, false).sentences).toEqual([
    'Line 1 of the crontab of root starts it (0 5 * * *).',
    "No process of Debian's cron runs here.",
    'cron passes /tab: it is writable by others.',
    '/etc/crontab cannot be read: EACCES.',
  ])
})
