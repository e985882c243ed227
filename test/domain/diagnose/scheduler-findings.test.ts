import {expect, test} from 'vitest'
import {judgeSchedulerStart} from '../../../src/domain/diagnose/scheduler-findings.js'

const job = {job: 'backup', schedule: '@daily', timezone: undefined, isRunnable: true, hasRun: true}
const line = {
  state: 'wrapped',
  job: 'backup',
  text: '0 0 * * * guard run --job backup -- backup',
  file: 'crontab of root',
  number: 3,
  edit: 'crontab -e',
} as never
const cron = (...lines: never[]) => ({lines}) as never
const running = {is: 'running', text: 'the scheduler runs, pid 1'} as const

test('a job that a crontab starts beside the running scheduler is wrong', () => {
  expect(judgeSchedulerStart(running, [job], cron(line))).toMatchObject([
    {level: 'wrong', what: 'backup is started by cron and by the scheduler', mend: 'crontab -e'},
  ])
  expect(judgeSchedulerStart(running, [job], cron())).toMatchObject([{level: 'well'}])
})

test('beside a stopped scheduler the crontab is all there is', () => {
  const stopped = {is: 'stopped', text: 'the scheduler was stopped on 26 Nov at 17:02'} as const
  expect(judgeSchedulerStart(stopped, [job], cron(line))).toMatchObject([{level: 'well'}])
})

test('one that died is wrong, and one that was never used does not matter', () => {
  expect(judgeSchedulerStart({is: 'dead', text: 'dead'}, [], cron())).toMatchObject([
    {level: 'wrong', mend: 'guard scheduler restart'},
  ])
  expect(judgeSchedulerStart({is: 'dead', text: 'dead', isForeground: true}, [], cron())).toMatchObject([
    {level: 'wrong', mend: undefined, note: expect.stringContaining('systemctl restart guard-scheduler')},
  ])
  expect(judgeSchedulerStart({is: 'never-used', text: ''}, [job], cron(line))).toEqual([])
})
