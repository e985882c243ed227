import {expect, test} from 'vitest'
import type {PlannedJob} from '../../../../src/domain/diagnose/schedule-findings.js'
import {examineZones, type MachineDeps} from '../../../../src/usecases/diagnose/doctor/machine.js'
import {crontabsOf, wrappedLine} from '../../../support/cron-lines.js'

const backup: PlannedJob = {
  ...{job: 'backup', schedule: '0 5 * * *', timezone: 'Europe/Moscow', isRunnable: true, hasRun: true},
}

test.each([
  [2026, 'well'],
  [2012, 'look'],
])('time zones are one if they have the same time in this year: Moscow and Istanbul in %i', async (year, level) => {
  const deps: Pick<MachineDeps, 'machineZone' | 'now' | 'crontabLines'> = {
    machineZone: () => 'Europe/Istanbul',
    now: () => Date.UTC(year, 6, 1),
    crontabLines: async () => crontabsOf(wrappedLine()),
  }
  expect(await examineZones(deps as MachineDeps, [backup])).toMatchObject([{level}])
})
