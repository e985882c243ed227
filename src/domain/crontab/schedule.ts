import {
  type CronFault,
  type CronField,
  cronFault,
  cronFields,
  cronValue,
  nicknames,
} from '../schedule/cron-expression.js'
import {type CronKind, cronNames} from './cron-kind.js'

/** What a cron makes of a schedule. */
export interface ScheduleJudgement {
  /** It is refused or never due. */
  readonly wrong?: string
  /** It runs, and otherwise than it looks. */
  readonly warning?: string
}

/** Judges by the rules of one cron. The schedule is as the crontab has it. */
export function judgeSchedule(kind: CronKind, schedule: string): ScheduleJudgement {
  if (schedule.startsWith('@')) return judgeNickname(kind, schedule)
  const fault = cronFault(schedule)
  if (!fault) return {}
  if (kind === 'busybox') return judgeForBusybox(schedule, fault)
  if (kind === 'debian') return judgeForDebian(schedule, fault)
  return judgeForCronie(kind, schedule, fault)
}

function judgeNickname(kind: CronKind, schedule: string): ScheduleJudgement {
  const known = [...Object.keys(nicknames), '@reboot']
  if (known.includes(schedule)) {
    return kind === 'busybox' ? {warning: `${schedule} runs only if busybox was built with such names`} : {}
  }
  const meant = schedule.toLowerCase()
  return {wrong: known.includes(meant) ? `refused: write ${meant}` : `refused: write one of ${known.join(', ')}`}
}

/** Debian's cron ignores what follows the part of a field that it understands. */
function judgeForDebian(schedule: string, fault: CronFault): ScheduleJudgement {
  const fields = fieldsOf(schedule)
  const read = fields.map((field, index) => understood(field, cronFields[index]!))
  if (read.some((field) => field === undefined)) return wrongBy(fault)
  const rest = cronFault(withShortSteps(read.join(' ')))
  if (rest) return wrongBy(rest)
  const ignored = fields.findIndex((field, index) => field !== read[index])
  return ignored < 0
    ? warnOfStep(fields)
    : {warning: `${cronNames.debian} reads ${fields[ignored]} as ${read[ignored]}`}
}

/** The part of a field that Debian's cron understands. @returns undefined if it refuses the field */
function understood(text: string, field: CronField): string | undefined {
  let end = 0
  for (;;) {
    const [item = '', base = '', dash, last, slash, step] =
      /^(\*|[a-z\d]+)(?:(?<!\*)(-)([a-z\d]*))?(?:(\/)([a-z\d]*))?/i.exec(text.slice(end)) ?? []
    const values = [base, ...(dash ? [last ?? ''] : [])]
    if (base !== '*' && values.some((value) => cronValue(value.replace(/^0+(?=\d)/, ''), field) === undefined))
      return undefined
    if (slash && (!/^\d+$/.test(step ?? '') || Number(step) === 0 || (base !== '*' && !dash))) return undefined
    end += item.length
    if (base === '') return undefined
    if (text[end] !== ',') return text.slice(0, end)
    end += 1
  }
}

function judgeForCronie(kind: CronKind, schedule: string, fault: CronFault): ScheduleJudgement {
  const fields = fieldsOf(schedule)
  const rest = cronFault(
    withShortSteps(fields.map((field, index) => withoutRandom(field, cronFields[index]!)).join(' ')),
  )
  if (!rest) return warnOfStep(fields)
  if (kind === 'cronie' && rest.kind === 'reversed' && rest.field === 'day of week') {
    return {warning: `cronie before 2025 never runs it${rest.mend === undefined ? '' : `: write ${rest.mend}`}`}
  }
  return wrongBy(rest.kind === 'item' ? fault : rest)
}

/** `0~59` is a value of the range that is chosen when the crontab is loaded. */
function withoutRandom(field: string, {min, max}: CronField): string {
  return field.replace(/(?<!\d)(\d*)~(\d*)/g, (_, from: string, to: string) => `${from || min}-${to || max}`)
}

/** busybox's ranges go round, and `5/10` has a meaning there. */
function judgeForBusybox(schedule: string, fault: CronFault): ScheduleJudgement {
  const rest = cronFault(withShortSteps(schedule).replace(/(^|[ \t,])([a-z\d]+)\/[1-9]\d*/gi, '$1$2'))
  return rest && rest.kind !== 'reversed' ? wrongBy(fault) : warnOfStep(fieldsOf(schedule))
}

function fieldsOf(schedule: string): readonly string[] {
  return schedule.split(/[ \t]+/)
}

/** For the check of the rest: crons take steps and zeros of any length. */
function withShortSteps(schedule: string): string {
  return schedule.replace(/\b0+(?=\d)/g, '').replace(/(\*|-[a-z\d]+)\/[1-9]\d*/gi, '$1')
}

function warnOfStep(fields: readonly string[]): ScheduleJudgement {
  const wide = fields.find((field, index) =>
    [...field.matchAll(/\/(\d+)/g)].some(([, step]) => Number(step) > (cronFields[index]?.max ?? 0)),
  )
  return wide === undefined
    ? {}
    : {warning: `the step of ${wide} is longer than its field: only the first value counts`}
}

function wrongBy({kind, text, mend}: CronFault): ScheduleJudgement {
  const isNever = kind === 'never' || kind === 'reversed'
  const problem = isNever ? `never due` : `refused`
  return {wrong: mend === undefined ? `${problem}: it ${text}` : `${problem}: write ${mend}`}
}
