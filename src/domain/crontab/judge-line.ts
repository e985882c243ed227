import {type CronKind, cronNames, longestOnDebian} from './cron-kind.js'
import {type CrontabLine, contentOf, type JobView, parseCrontab, readable, unquoted, type VariableView} from './line.js'
import {judgeSchedule, type ScheduleJudgement} from './schedule.js'

/** Judges a schedule by the rules of one cron. */
export type JudgeSchedule = (schedule: string) => ScheduleJudgement

/** What is wrong with a line by the rules of one cron, or not as it looks. */
export function judgeLine(
  kind: CronKind,
  {bytes, view}: CrontabLine,
  judge: JudgeSchedule = (schedule) => judgeSchedule(kind, schedule),
): ScheduleJudgement {
  switch (view.kind) {
    case 'blank':
      // A carriage return alone is no blank for cron.
      return bytes.includes('\r') && kind === 'debian' ? {wrong: 'refused: it has a carriage return'} : {}
    case 'comment':
      return {}
    case 'wrong':
      return {wrong: 'refused: it is neither a schedule with a command nor NAME=value'}
    case 'variable':
      return (kind === 'debian' ? judgeCut(bytes, view) : undefined) ?? judgeVariable(kind, view)
    case 'job':
      return {...judge(view.schedule.replace(/\r$/, '')), ...refusedJob(kind, view)}
  }
}

/** What makes a cron refuse a line whose schedule is right. */
function refusedJob(kind: CronKind, {isUnlogged, commandBytes}: JobView): ScheduleJudgement {
  if (isUnlogged && kind !== 'cronie') return {wrong: 'refused: take away the - at its beginning'}
  if (kind !== 'debian' || commandBytes <= longestOnDebian) return {}
  const problem = `its command has ${commandBytes} bytes, and ${cronNames[kind]} takes ${longestOnDebian}`
  return {wrong: `refused: ${problem}: put it into a script`}
}

/** What becomes of a line of which Debian's cron does not read the end. @returns undefined if it reads all */
function judgeCut(bytes: string, {value}: VariableView): ScheduleJudgement | undefined {
  const content = contentOf(bytes).replace(/^[ \t]+/, '')
  if (content.length <= longestOnDebian) return undefined
  const read = parseCrontab(content.slice(0, longestOnDebian), false)[0]?.view
  const isRead = read?.kind === 'variable' && judgeVariable('debian', read).wrong === undefined
  if (!isRead)
    return {wrong: `refused: it has ${content.length} bytes, and ${cronNames.debian} reads ${longestOnDebian}`}
  if (read.value === value) return undefined
  return {warning: `${cronNames.debian} reads only its first ${longestOnDebian} bytes`}
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

/** Why cron drops a whole crontab because of its end. @returns undefined if the last line is ended, or needs no end */
export function unendedLine(lines: readonly CrontabLine[]): string | undefined {
  const last = lines.at(-1)
  if (!last || last.bytes.endsWith('\n') || isSkipped(last)) return undefined
  return 'refused: no newline at its end; install adds one'
}

/** Whether cron looks at nothing of a line, not even at its end. */
function isSkipped({bytes, view}: CrontabLine): boolean {
  return view.kind === 'comment' || (view.kind === 'blank' && !bytes.includes('\r'))
}
