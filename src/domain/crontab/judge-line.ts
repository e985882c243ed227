import {type CronKind, cronNames} from './cron-kind.js'
import {type CrontabLine, readable, unquoted, type VariableView} from './line.js'
import {judgeSchedule, type ScheduleJudgement} from './schedule.js'

/** What is wrong with a line by the rules of one cron, or not as it looks. */
export function judgeLine(kind: CronKind, {bytes, view}: CrontabLine): ScheduleJudgement {
  switch (view.kind) {
    case 'blank':
      // A carriage return alone is no blank for cron.
      return bytes.includes('\r') && kind === 'debian' ? {wrong: 'refused: it has a carriage return'} : {}
    case 'comment':
      return {}
    case 'wrong':
      return {wrong: 'refused: it is neither a schedule with a command nor NAME=value'}
    case 'variable':
      return judgeVariable(kind, view)
    case 'job':
      if (view.isUnlogged && kind !== 'cronie') return {wrong: 'refused: take away the - at its beginning'}
      return judgeSchedule(kind, view.schedule.replace(/\r$/, ''))
  }
}

function judgeVariable(kind: CronKind, {name, value}: VariableView): ScheduleJudgement {
  if (value === '' && kind === 'debian') return {wrong: `refused: write ${name}=""`}
  if (/^["']/.test(value) && !/^(["'])(?:(?!\1).)*\1$/s.test(value)) return {wrong: 'refused: its quotes do not match'}
  if (name === 'PATH' && value.includes('$')) return {warning: 'cron expands nothing here: $ is part of a name'}
  if (name === 'MAILTO' && /,\s/.test(value)) return {warning: 'write the addresses without blanks between them'}
  if (name === 'CRON_TZ') {
    const isKnown = kind === 'cronie'
    const known = `the lines below go by the time of ${readable(unquoted(value))}`
    return {warning: isKnown ? known : `${cronNames[kind]} does not know CRON_TZ: schedules stay`}
  }
  if (kind === 'busybox' && name !== 'MAILTO') return {warning: 'older builds of busybox ignore it'}
  return {}
}

/** Why Debian's cron drops a whole crontab because of its end. @returns undefined if the last line is ended */
export function unendedLine(lines: readonly CrontabLine[]): string | undefined {
  const last = lines.at(-1)
  return last && !last.bytes.endsWith('\n') ? 'refused: no newline at its end; install adds one' : undefined
}
