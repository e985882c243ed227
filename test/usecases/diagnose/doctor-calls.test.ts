import {expect, test} from 'vitest'
import type {CronLine} from '../../../src/domain/diagnose/cron-line.js'
import {type CronDeps, examineCalls, examineStart} from '../../../src/usecases/diagnose/doctor/cron.js'

const line = (number: number, more: Partial<CronLine> = {}): CronLine => ({
  ...{file: 'crontab -l', edit: 'crontab -e', number, state: 'wrapped', text: `0 5 * * * guard run job${number}`},
  ...{calls: 'run', start: 'guard', job: `job${number}`, runWords: [`job${number}`], variables: {}},
  ...more,
})
const lines = (count: number) => Array.from({length: count}, (_, index) => line(index + 1))

/** Each question takes so long, and is answered with an error about its job. */
function depsOf(found: readonly CronLine[], takesMs = 0) {
  const commands: string[] = []
  let nowMs = 0
  const deps: CronDeps = {
    crontabLines: async () => ({kind: 'debian', lines: found, unreadable: [], ignored: []}),
    tryStart: async () => ({exitCode: 0, timedOut: false, stdout: 'guardian/1.0.0 linux node', stderr: ''}),
    askUnderCron: async (command) => {
      commands.push(command)
      nowMs += takesMs
      return JSON.stringify({error: {kind: 'usage', message: 'no such job', hints: []}})
    },
    monoMs: () => nowMs,
    problemOfProgram: () => undefined,
    thisGuard: {version: '1.0.0', program: '/usr/bin/guard', node: undefined},
    runningCron: () => 'cron',
    sendmail: () => undefined,
    passedFiles: () => [],
    env: {},
  }
  return {deps, commands}
}

test('guard is asked about as many lines as there is time for', async () => {
  const {deps} = depsOf(lines(300))
  expect(await examineCalls(deps)).toHaveLength(300)
})

test('lines about which guard was not asked are said, and how to look at them', async () => {
  const {deps, commands} = depsOf(lines(20), 1000)
  const found = await examineCalls(deps)
  expect(commands).toHaveLength(8)
  expect(found.at(-1)).toMatchObject({
    check: 'crontab',
    level: 'look',
    what: '12 crontab lines were not looked at',
    proof: expect.stringMatching(/^guard was not asked what they run: crontab -l, line 9; .* and 7 more$/),
    mend: 'guard doctor --job job9',
  })
  expect(await examineCalls(deps, 'job20')).toMatchObject([{what: 'crontab -l, line 20 runs nothing'}])
})

test('lines that ask the same ask once, and those with other variables each', async () => {
  const again = [1, 2, 3].map((number) => line(number, {runWords: ['job'], job: 'job'}))
  const {deps, commands} = depsOf([...again, line(4, {runWords: ['job'], job: 'job', variables: {PATH: '/bin'}})])
  expect(await examineCalls(deps)).toHaveLength(4)
  expect(commands).toEqual(['guard run --plan --json job', 'guard run --plan --json job'])
})

test('ways of starting guard that were not tried are said', async () => {
  const starts = lines(12).map((one) => ({...one, start: `/opt/${one.number}/guard`}))
  const found = await examineStart(depsOf(starts).deps)
  expect(found.at(-1)).toMatchObject({
    level: 'look',
    what: '2 more ways of starting guard were not tried',
    proof: 'crontab -l, line 11; crontab -l, line 12',
  })
})
