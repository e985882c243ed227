import {expect, test} from 'vitest'
import type {RunReport} from '../../../src/domain/run/report.js'
import {textfileOf} from '../../../src/domain/run/textfile.js'

const report: RunReport = {
  ...{job: 'backup', runId: 'id', outcome: 'failed' as const, exitCode: 3, startedAt: 1_000_000, endedAt: 1_001_500},
  ...{durationMs: 1500, attempts: 1, recovered: false},
}

test('the last run is a few figures with the job as label', () => {
  const text = textfileOf(report, 900_000)
  expect(text).toContain('\nguard_job_last_run_end_timestamp_seconds{job="backup"} 1001.5\n')
  expect(text).toContain('\nguard_job_last_run_duration_seconds{job="backup"} 1.5\n')
  expect(text).toContain('\nguard_job_last_run_exit_code{job="backup"} 3\n')
  expect(text).toContain('\nguard_job_last_run_outcome{job="backup",outcome="failed"} 1\n')
  expect(text).toContain('\nguard_job_last_success_timestamp_seconds{job="backup"} 900\n')
  expect(text.match(/^# HELP/gm)).toHaveLength(5)
})

test('a job that never ended well has no time of it', () => {
  expect(textfileOf(report)).not.toContain('success')
})

test('values of labels are escaped', () => {
  expect(textfileOf({...report, job: 'a"\\\n'})).toContain('{job="a\\"\\\\\\n"} 3\n')
})
