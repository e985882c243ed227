import {describe, expect, test} from 'vitest'
import {judgeSchedules as judge, judgeZones, type PlannedJob} from '../../../src/domain/diagnose/schedule-findings.js'
import {crontabsOf, wrappedLine} from '../../support/cron-lines.js'

const judgeSchedules = (jobs: readonly PlannedJob[], crontabs = crontabsOf()) => judge(jobs, crontabs, 'never-used')

const backup: PlannedJob = {
  job: 'backup',
  schedule: '0 5 * * *',
  timezone: undefined,
  isRunnable: true,
  hasRun: false,
}

describe('judgeSchedules', () => {
  test.each(['0 5 * * *', '00 05 * * *', '0  5\t* * *'])(
    '%j in the crontab is 0 5 * * * in the settings',
    (schedule) => {
      expect(judgeSchedules([backup], crontabsOf(wrappedLine({schedule})))).toEqual([])
    },
  )

  test('@daily and its five fields are one schedule', () => {
    const job = {...backup, schedule: '0 0 * * *'}
    expect(judgeSchedules([job], crontabsOf(wrappedLine({schedule: '@daily'})))).toEqual([])
  })

  test('another schedule than that of the settings is told with both', () => {
    expect(judgeSchedules([backup], crontabsOf(wrappedLine({schedule: '0 6 * * *'})))).toMatchObject([
      {
        level: 'look',
        what: 'backup has two schedules',
        proof: expect.stringMatching(/^0 6 \* \* \* in crontab -l, line 1, 0 5/),
      },
    ])
  })

  test('a job that nothing starts is told unless it has run', () => {
    expect(judgeSchedules([backup], crontabsOf())).toMatchObject([
      {what: '1 job is in no crontab and never ran', mend: 'guard crontab add backup'},
    ])
    expect(judgeSchedules([{...backup, hasRun: true}], crontabsOf())).toEqual([])
  })

  test('a job that a line runs without guard is in a crontab: one more line would run it twice', () => {
    expect(judgeSchedules([backup], crontabsOf(wrappedLine({state: 'wrappable'})))).toEqual([])
    expect(judgeSchedules([backup], crontabsOf(wrappedLine({state: 'wrong'})))).toHaveLength(1)
  })

  test('a line is offered for a job whose schedule cron knows, and for no other', () => {
    const often = {...backup, job: 'often', schedule: '@every 90m'}
    expect(judgeSchedules([often, backup], crontabsOf())).toMatchObject([{mend: 'guard crontab add backup'}])
    expect(judgeSchedules([often], crontabsOf())).toMatchObject([{mend: undefined, proof: 'often'}])
  })

  test.each(['running', 'late', 'dead', 'unknown'] as const)('a scheduler that is %s starts the jobs', (is) => {
    expect(judge([backup], crontabsOf(), is)).toEqual([])
    const nothing = {...backup, isRunnable: false}
    expect(judge([nothing], crontabsOf(), is)).toMatchObject([
      {mend: undefined, note: expect.stringContaining('jobs.backup.command')},
    ])
  })

  test('once the scheduler is stopped, no one starts them', () => {
    expect(judge([backup], crontabsOf(), 'stopped')).toMatchObject([{mend: 'guard crontab add backup'}])
  })
})

describe('judgeZones', () => {
  const utc = {machine: 'UTC', isSame: (one: string, other: string) => one === other}
  const berlin = {...backup, timezone: 'Europe/Berlin'}

  test('a job that cron starts by another zone than its own is told with both', () => {
    expect(judgeZones([berlin], crontabsOf(wrappedLine()), utc)).toMatchObject({
      level: 'look',
      what: 'backup is started by another time zone',
      proof: 'backup by UTC in crontab -l, line 1, by Europe/Berlin in the settings',
      mend: 'crontab -e',
    })
  })

  test('the zone of a crontab that can set one counts', () => {
    const line = wrappedLine({zone: 'Europe/Berlin'})
    expect(judgeZones([berlin], crontabsOf(line), utc)).toMatchObject({level: 'well', what: 'time zone (UTC)'})
    expect(judgeZones([backup], crontabsOf(line), utc)).toMatchObject({level: 'look'})
  })

  test('a job that no crontab starts goes by its own zone', () => {
    expect(judgeZones([berlin], crontabsOf(), utc)).toMatchObject({level: 'well'})
  })
})
