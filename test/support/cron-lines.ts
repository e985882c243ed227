import type {CronLine, CronLines} from '../../src/domain/diagnose/cron-line.js'

/** A line of the user's crontab that runs a job under guard. */
export function wrappedLine(changes: Partial<CronLine> = {}): CronLine {
  return {
    file: 'crontab -l',
    edit: 'crontab -e',
    number: 1,
    state: 'wrapped',
    text: '0 5 * * * guard run backup',
    schedule: '0 5 * * *',
    calls: 'run',
    job: 'backup',
    start: 'guard',
    variables: {},
    ...changes,
  }
}

export function crontabsOf(...lines: readonly CronLine[]): CronLines {
  return {kind: 'debian', lines, unreadable: [], ignored: []}
}
