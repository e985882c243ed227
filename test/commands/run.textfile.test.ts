import {readdirSync, readFileSync, statSync} from 'node:fs'
import {expect, test} from 'vitest'
import {createSandbox} from '../support/sandbox.js'

const settings = 'metrics: {textfileDir: metrics}\njobs: {backup: {command: [sh, -c, "exit $(cat code)"]}}\n'

test('each run leaves its figures for node_exporter in a file of its job, which others may read', async () => {
  const box = createSandbox()
  box.write('.guardianrc.yaml', settings)
  await box.sh('mkdir metrics; echo 0 > code')
  await box.sh('umask 077; guard run backup; echo 3 > code; guard run backup; guard run --job other -- true')
  expect(readdirSync(box.path('metrics')).sort()).toEqual(['guard_backup.prom', 'guard_other.prom'])
  const text = readFileSync(box.path('metrics/guard_backup.prom'), 'utf8')
  expect(text).toContain('guard_job_last_run_outcome{job="backup",outcome="failed"} 1\n')
  expect(text).toMatch(/^guard_job_last_success_timestamp_seconds\{job="backup"\} \d{10}/m)
  expect(statSync(box.path('metrics/guard_backup.prom')).mode & 0o777).toBe(0o644)
})

test('a skipped run changes nothing in the file', async () => {
  const box = createSandbox()
  box.write('.guardianrc.yaml', settings)
  await box.sh('mkdir metrics; echo 0 > code; guard run backup')
  const before = readFileSync(box.path('metrics/guard_backup.prom'), 'utf8')
  const {code} = await box.sh('guard lease acquire backup --ttl 5m > lease; guard run backup')
  expect(code).toBe(75)
  expect(readFileSync(box.path('metrics/guard_backup.prom'), 'utf8')).toBe(before)
})

test('a run that was cut short says nothing of its job', async () => {
  const box = createSandbox()
  box.write('.guardianrc.yaml', settings)
  await box.sh('mkdir metrics; guard run --job endless -- yes | head -n 1; guard run --job other -- true')
  expect(box.journal('runs.jsonl').find(({outcome}) => outcome === 'killed')).toMatchObject({class: 'reader-gone'})
  expect(readdirSync(box.path('metrics'))).toEqual(['guard_other.prom'])
})

test('a folder that is not there costs no job its exit code, and is said once', async () => {
  const box = createSandbox()
  box.write('.guardianrc.yaml', settings)
  await box.sh('echo 3 > code')
  const [first, second] = [await box.guard('run', 'backup'), await box.guard('run', 'backup')]
  expect([first.code, second.code]).toEqual([3, 3])
  expect(first.stderr).toContain('the metrics of the runs are not written')
  expect(second.stderr).toBe('')
  expect(box.journal('alerts.jsonl')).toHaveLength(1)
})
