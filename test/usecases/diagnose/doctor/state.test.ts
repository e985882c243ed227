import {expect, test} from 'vitest'
import type {CronLine} from '../../../../src/domain/diagnose/cron-line.js'
import {GuardError} from '../../../../src/errors.js'
import {
  examineRights,
  examineScheduler,
  examineWatchdog,
  type StateDeps,
} from '../../../../src/usecases/diagnose/doctor/state.js'
import {crontabsOf, wrappedLine} from '../../../support/cron-lines.js'

type Rights = Partial<Pick<StateDeps, 'tryPlaces' | 'oddFiles'>>

const rightsOf = (deps: Rights) =>
  examineRights({tryPlaces: () => '/s, /l', oddFiles: () => [], ...deps} as unknown as StateDeps)

const shared = (path: string) => ({path, odd: 'shared'}) as const
const foreign = (path: string) => ({path, odd: 'foreign'}) as const

function refusing(hint: string | undefined) {
  return () => {
    throw new GuardError('no-state', '/s can be written by others', hint === undefined ? [] : [hint])
  }
}

test('places that guard can use, and nobody else can write, are well', () => {
  expect(rightsOf({})).toMatchObject([{level: 'well', proof: '/s, /l'}])
})

test('files that others may write are a thing to look at, which guard mends itself', () => {
  expect(rightsOf({oddFiles: () => [shared('/s/a'), shared('/s/b')]})).toMatchObject([
    {level: 'look', what: '2 files of guard can be written by others', proof: '/s/a, /s/b', fixable: true},
  ])
})

test('files of another user are wrong, and one command gives all of them back, with what is below a folder', () => {
  const oddFiles = () => ['/s/spool', '/s/spool/a', '/s/spool-b', '/s/my log'].map(foreign)
  expect(rightsOf({oddFiles})).toMatchObject([
    {
      level: 'wrong',
      what: '4 files of guard belong to another user',
      mend: `sudo chown -R "$(id -u)" /s/spool /s/spool-b '/s/my log'`,
      note: undefined,
      fixable: false,
    },
  ])
})

test('of more than ten of them the command names the first, and that others are left is said', () => {
  const oddFiles = () => Array.from({length: 12}, (_, index) => foreign(`/s/${index}`))
  const [found] = rightsOf({oddFiles})
  expect(found?.mend).toMatch(/ \/s\/8 \/s\/9$/)
  expect(found?.note).toBe('then guard doctor names the others')
})

test('files of both kinds are two findings', () => {
  expect(rightsOf({oddFiles: () => [foreign('/s/a'), shared('/s/b')]}).map(({level}) => level)).toEqual([
    'look',
    'wrong',
  ])
})

test('a place that guard refuses is mended by what its error says, and by guard itself only if that is a file of its own', () => {
  const tryPlaces = refusing("take the right from others: chmod go-w '/my s'")
  expect(rightsOf({tryPlaces, oddFiles: () => [shared('/my s')]})).toMatchObject([
    {level: 'wrong', proof: '/s can be written by others', mend: "chmod go-w '/my s'", fixable: true},
  ])
  expect(rightsOf({tryPlaces, oddFiles: () => [shared('/my s/spool')]})).toMatchObject([{fixable: false}])
  const look = refusing('see what it is: ls -ld /s')
  expect(rightsOf({tryPlaces: look, oddFiles: () => [shared('/s')]})).toMatchObject([{fixable: false}])
})

test('a place that is refused for another reason shows where it is set', () => {
  expect(rightsOf({tryPlaces: refusing('choose another stateDir')})).toMatchObject([
    {mend: 'guard config show --origin', note: 'choose another stateDir', fixable: false},
  ])
  expect(rightsOf({tryPlaces: refusing(undefined)})).toMatchObject([{mend: 'guard config show --origin'}])
})

test('a fault of the program is not taken for a place that is refused', () => {
  const tryPlaces = () => {
    throw new TypeError('x is not a function')
  }
  expect(() => rightsOf({tryPlaces})).toThrow('x is not a function')
})

function watchdogDeps(lines: readonly CronLine[], more: Partial<StateDeps> = {}) {
  const asked: string[] = []
  const deps: Partial<StateDeps> = {
    crontabLines: async () => crontabsOf(...lines),
    watchdogs: () => [],
    settingsFile: '/p/.guardianrc.yaml',
    watchedJobs: () => ({all: 1, unwatched: 1, shared: []}),
    watchdogTimer: async () => {
      asked.push('systemd')
      return 'guard-watchdog.timer'
    },
    ...more,
  }
  return {deps: deps as StateDeps, asked}
}

const watchdogLine = wrappedLine({calls: 'watchdog', job: undefined as never, text: '* * * * * guard watchdog'})

test('a line of a crontab starts the watchdog, and systemd is not asked then', async () => {
  const {deps, asked} = watchdogDeps([watchdogLine])
  expect(await examineWatchdog(deps)).toMatchObject([{proof: 'crontab -l, line 1 starts it'}])
  expect(asked).toEqual([])
})

test('where no line starts the watchdog, a timer of systemd may; lines that run jobs do not', async () => {
  expect(await examineWatchdog(watchdogDeps([wrappedLine()]).deps)).toMatchObject([
    {proof: 'guard-watchdog.timer starts it'},
  ])
})

test('jobs that watchdogs of several settings judge are told beside the watchdog', async () => {
  const shared = [{job: 'scan', settingsFiles: ['/a.yaml', '/b.yaml']}]
  const {deps} = watchdogDeps([watchdogLine], {watchedJobs: () => ({all: 1, unwatched: 0, shared})})
  expect(await examineWatchdog(deps)).toMatchObject([{}, {level: 'look', proof: '/a.yaml, /b.yaml'}])
})

test('of a scheduler that was never used nothing is said, and no crontab is read for it', async () => {
  const lookAtScheduler = async () => ({is: 'never-used', text: 'never used here'}) as const
  const crontabLines = async () => {
    throw new Error('read')
  }
  const deps = {lookAtScheduler, crontabLines} as unknown as StateDeps
  expect(await examineScheduler(deps, [])).toEqual([])
})
