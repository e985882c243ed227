import {hostname} from 'node:os'
import {expect, test} from 'vitest'
import {systemClock} from '../../src/system/host/clock.js'
import {readBootId} from '../../src/system/host/host.js'
import {createSandbox} from '../support/sandbox.js'

/** What the watchdog says of a job of this schedule whose last run began so long ago, and ended well. */
async function verdictOf(schedule: string, agoMs: number): Promise<string> {
  const box = createSandbox()
  const jobs = {sweep: {command: ['true'], schedule, grace: '1s'}}
  box.write('.guardianrc.json', JSON.stringify({watchdog: {bootGrace: '0s'}, jobs}))
  const clock = {at: Date.now() - agoMs, mono: systemClock.mono() - agoMs, boot: readBootId(), host: hostname()}
  const write = (journal: string, records: readonly object[]) => {
    const lines = records.map((one) => `${JSON.stringify({v: 1, ...clock, uptimeMs: clock.mono, ...one})}\n`)
    box.write(`state/${journal}.jsonl`, lines.join(''), 0o600)
  }
  write('runs', [
    {id: 'r1', kind: 'started', job: 'sweep', run: 'run1'},
    {id: 'r2', kind: 'ended', job: 'sweep', run: 'run1', outcome: 'healthy', exitCode: 0, durationMs: 5},
  ])
  write('incidents', [
    {id: 'i1', kind: 'clock-noted', clock},
    {id: 'i2', kind: 'watched', jobs: ['sweep'], as: `${schedule} - 1000`},
  ])
  const {stdout} = await box.guard('watchdog', '--json')
  const {jobs: reports} = JSON.parse(stdout) as {jobs: readonly {job: string; verdict: string}[]}
  return reports.find(({job}) => job === 'sweep')?.verdict ?? 'not watched'
}

test.each([
  ['@every 1m', 200_000, 'missed'],
  ['@every 10m', 200_000, 'healthy'],
  ['*/10 * * * * *', 200_000, 'missed'],
  ['0 0 0 1 1 *', 200_000, 'healthy'],
])('a job of the schedule %s that began %i ms ago is %s', async (schedule, agoMs, verdict) => {
  expect(await verdictOf(schedule, agoMs)).toBe(verdict)
})
