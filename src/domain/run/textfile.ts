import type {RunReport} from './report.js'

/**
 * The last run of a job in the text format of Prometheus, with the names that `/metrics` uses. All files of a folder are
 * read together, so the words of `HELP` must be the same in each.
 *
 * @param lastGoodAt wall clock, ms; undefined if no good end is on record
 */
export function textfileOf({job, endedAt, durationMs, outcome, exitCode}: RunReport, lastGoodAt?: number): string {
  const label = `job="${escaped(job)}"`
  const rows = [
    ['job_last_run_end_timestamp_seconds', 'When the last run ended.', label, seconds(endedAt)],
    ['job_last_run_duration_seconds', 'How long the last run took.', label, seconds(durationMs)],
    ['job_last_run_exit_code', 'Exit code of the last run.', label, exitCode],
    ['job_last_run_outcome', '1 for the outcome of the last run.', `${label},outcome="${escaped(outcome)}"`, 1],
    ...(lastGoodAt === undefined
      ? []
      : [['job_last_success_timestamp_seconds', 'When a run ended well last.', label, seconds(lastGoodAt)]]),
  ]
  return rows
    .map(([name, help, labels, value]) => {
      const metric = `guard_${name}`
      return `# HELP ${metric} ${help}\n# TYPE ${metric} gauge\n${metric}{${labels}} ${value}\n`
    })
    .join('')
}

function seconds(ms: number): number {
  return Math.max(0, ms) / 1000
}

/** As the format asks for in values of labels. */
function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
