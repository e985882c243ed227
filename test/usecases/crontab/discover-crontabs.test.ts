import {expect, test} from 'vitest'
import type {Crontab} from '../../../src/system/crontab/read-crontabs.js'
import {
  type CrontabScope,
  type DiscoverDeps,
  type Discovery,
  discoverCrontabs,
} from '../../../src/usecases/crontab/discover-crontabs.js'

const own = (bytes: string): Crontab => ({path: undefined, title: 'crontab -l', hasUsers: false, bytes})
const ofSystem = (path: string, bytes: string, more: Partial<Crontab> = {}): Crontab => ({
  ...{path, title: path, hasUsers: true, bytes},
  ...more,
})

/** The machine of eva, whose settings have the job `nightly` with the script `backup.sh`. */
function depsOf(crontabs: readonly Crontab[], more: Partial<DiscoverDeps> = {}): DiscoverDeps {
  return {
    cron: {kind: 'debian', crontab: undefined},
    readCrontabs: () => ({crontabs, unreadable: []}),
    readCrontabFile: (path) => ({...own('0 5 * * * a.sh\n'), path, title: path}),
    readPeriodicJobs: () => ({folders: [{path: '/etc/cron.daily', files: []}], anacron: []}) as never,
    guardProgram: () => 'guard',
    userName: 'eva',
    isUser: () => true,
    files: {home: '/home/eva', problemOf: () => undefined, lacksFolder: (path) => path === '/home/eva/gone'},
    jobs: {hasJob: () => false, jobOfFile: ({file}) => (file === 'backup.sh' ? 'nightly' : undefined)},
    hasCommand: () => false,
    ...more,
  }
}

function discover(crontabs: readonly Crontab[], scope: Partial<CrontabScope> = {}, more: Partial<DiscoverDeps> = {}) {
  return discoverCrontabs(depsOf(crontabs, more), {file: undefined, ...scope})
}

const linesOf = ({crontabs}: Discovery) => crontabs.flatMap(({lines}) => lines)
const jobsOf = (discovery: Discovery) => linesOf(discovery).map(({job}) => job)

test('a job has the name of the settings in lines of this user, and one of its own in those of others', () => {
  const lines = '0 5 * * * eva backup.sh\n0 5 * * * bob backup.sh\n'
  expect(jobsOf(discover([own('0 5 * * * backup.sh\n'), ofSystem('/etc/crontab', lines)]))).toEqual([
    ...['nightly', 'nightly'],
    'backup',
  ])
})

test('lines of this user name its places for guard, and those of others, whose places are not known, do not', () => {
  const flags = () => ' --state-dir /s'
  const found = discover([ofSystem('/etc/crontab', '0 5 * * * eva a.sh\n0 5 * * * bob b.sh\n')], {flags})
  expect(linesOf(found).map(({wrapped}) => wrapped)).toEqual([
    '0 5 * * * eva guard run --state-dir /s --job a -- a.sh',
    '0 5 * * * bob guard run --job b -- b.sh',
  ])
})

test('what a line would find is seen from the home of this user, and not said of other users', () => {
  const lines = '0 5 * * * eva cd gone && guard run a.sh\n0 5 * * * bob cd gone && guard run a.sh\n'
  expect(linesOf(discover([ofSystem('/etc/crontab', lines)])).map(({problem}) => problem?.text)).toEqual([
    'there is no folder /home/eva/gone',
    undefined,
  ])
})

test('a name is given once in all crontabs, and not if a line that calls guard or a command of the settings has it', () => {
  const crontabs = [
    own('0 5 * * * /a/sync.sh\n0 6 * * * /a/scan.sh\n'),
    ofSystem('/etc/crontab', '0 5 * * * eva sync\n'),
  ]
  expect(jobsOf(discover(crontabs))).toEqual(['sync', 'scan', 'sync-2'])
  const called = own('0 7 * * * guard run --job sync -- x\n@daily guard run ./jobs/scan.py\n')
  expect(jobsOf(discover([...crontabs, called]))).toEqual(['sync-2', 'scan-2', 'sync-3', 'sync', 'scan'])
  expect(jobsOf(discover(crontabs, {}, {hasCommand: (job) => job === 'scan'}))).toEqual(['sync', 'scan-2', 'sync-2'])
})

test('a command without a name of its own is named after its file in /etc/cron.d, else job', () => {
  const code = `0 5 * * * eva bash -c 'x'\n`
  expect(jobsOf(discover([ofSystem('/etc/crontab', code), ofSystem('/etc/cron.d/php-tidy', code)]))).toEqual([
    'job',
    'php-tidy',
  ])
})

test('a name that a person gives is that of a line of the own crontab, or of the file that was asked for', () => {
  const named = {line: 1, job: 'mine'}
  expect(
    jobsOf(discover([own('0 5 * * * a.sh\n'), ofSystem('/etc/crontab', '0 5 * * * eva b.sh\n')], {named})),
  ).toEqual(['mine', 'b'])
  expect(jobsOf(discover([], {named, file: '/tab'}))).toEqual(['mine'])
})

test('where one file is asked for, no other crontab is read, and no folder of periodic jobs', () => {
  const readCrontabs = () => {
    throw new Error('all crontabs were read')
  }
  const found = discover([], {file: '/tab'}, {readCrontabs})
  expect(found).toMatchObject({file: '/tab', crontabs: [{crontab: {path: '/tab'}}], periodic: {folders: []}})
  expect(discover([]).periodic.folders).toHaveLength(1)
})

test('of a file that cron passes no line is a job', () => {
  const passed = ofSystem('/etc/cron.d/a.bak', '0 5 * * * eva a.sh\n', {ignored: 'its name has a dot'})
  expect(discover([passed])).toMatchObject({crontabs: [{lines: []}], counts: {lines: 0}})
})

test('jobs and what is wrong are counted, and what is only noted is not', () => {
  const forms = ['CRON_TZ=UTC', '0 5 * * * guard run a', '0 5 * * * b', '0 5 * * * c &', '@often d']
  const lines = forms.flatMap((line, index) => Array.from({length: index + 1}, () => `${line}\n`))
  const found = discover([own(lines.join(''))])
  expect(linesOf(found)[0]?.state).toBe('noted')
  expect(found.counts).toEqual({lines: 14, wrapped: 2, wrappable: 3, left: 4, wrong: 5})
})
