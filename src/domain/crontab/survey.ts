import {type CronKind, cronPath} from './cron-kind.js'
import {jobNameOfCommand} from './job-names.js'
import {judgeLine, unendedLine} from './judge-line.js'
import {type CrontabLine, contentOf, type JobView, readable, unquoted} from './line.js'
import {type GuardCall, hintsOf, wrapLine, wrappingOf} from './wrap.js'

export type LineState = 'wrapped' | 'wrappable' | 'left' | 'wrong' | 'noted'

/** What is known of one line: a job, or another line about which something must be said. */
export interface SurveyedLine {
  /** Begins with 1. */
  readonly number: number
  readonly state: LineState
  /** The line without its line feed, as text for people. */
  readonly text: string
  readonly schedule?: string
  readonly user?: string
  readonly command?: string
  readonly job?: string
  /** Why it is left alone, or what is wrong and what to write. */
  readonly reason?: string
  /** Further things that are not as they look; they make nothing wrong. */
  readonly warnings: readonly string[]
  /** Flags of guard that would take the place of something. */
  readonly hints: readonly string[]
  /** The bytes of the line as install would write it, without line feed. */
  readonly wrapped?: string
}

interface SurveyRules {
  readonly kind: CronKind
  /** How a line of this user calls guard. In the crontab of a user no line names one. */
  readonly callOf: (user: string | undefined) => GuardCall
  /** Makes a job's name unique. */
  readonly unique: (name: string) => string
  /** For a command from which no name can be made. */
  readonly fallbackName: string
  /** Names that a person gives to lines, by number. */
  readonly given: ReadonlyMap<number, string>
}

/** What each line of a crontab is by the rules of the cron that reads it. Lines that are as they should be and no jobs are left out. */
export function surveyCrontab(lines: readonly CrontabLine[], rules: SurveyRules): readonly SurveyedLine[] {
  const surveyed: SurveyedLine[] = []
  let path: string = cronPath
  for (const [index, line] of lines.entries()) {
    const isLast = index === lines.length - 1
    const found = surveyLine({line, number: index + 1, path, unended: isLast ? unendedLine(lines) : undefined}, rules)
    if (found) surveyed.push(found)
    if (line.view.kind === 'variable' && line.view.name === 'PATH') path = unquoted(line.view.value)
  }
  return surveyed
}

interface LineInPlace {
  readonly line: CrontabLine
  readonly number: number
  /** PATH as the lines above set it. */
  readonly path: string
  readonly unended: string | undefined
}

function surveyLine({line, number, path, unended}: LineInPlace, rules: SurveyRules): SurveyedLine | undefined {
  const {view} = line
  const {wrong, warning} = judgeLine(rules.kind, line)
  const content = contentOf(line.bytes)
  const isCrLf = view.kind === 'job' && content.endsWith('\r')
  const warnings = [...(warning ? [warning] : []), ...(isCrLf ? ['its carriage return is part of the command'] : [])]
  const base = {number, text: readable(content), warnings, hints: []}
  const reason = wrong ?? unended
  if (view.kind !== 'job') {
    if (reason !== undefined) return {...base, state: 'wrong', reason}
    return warnings.length > 0 ? {...base, state: 'noted'} : undefined
  }
  const shown = {
    ...base,
    schedule: readable(view.schedule).replace(/\s+/g, ' '),
    ...(view.user !== undefined && {user: readable(view.user)}),
    command: readable(view.command),
  }
  const job = surveyJob({content, view, path, number}, rules)
  if (wrong !== undefined) return {...shown, ...('job' in job && {job: job.job}), state: 'wrong', reason: wrong}
  return {...shown, ...job, ...(unended !== undefined && {state: 'wrong', reason: unended})}
}

type JobPart = Pick<SurveyedLine, 'state'> & Partial<SurveyedLine>

function surveyJob(
  {content, view, path, number}: {content: string; view: JobView; path: string; number: number},
  rules: SurveyRules,
): JobPart {
  const wrapping = wrappingOf(rules.kind, view)
  if (wrapping.kind === 'left') return {state: 'left', reason: wrapping.reason}
  if (wrapping.kind === 'wrapped') return {state: 'wrapped', ...(wrapping.job !== undefined && {job: wrapping.job})}
  const {shape, shell} = wrapping
  const job = rules.given.get(number) ?? rules.unique(jobNameOfCommand(shape, shell) ?? rules.fallbackName)
  const rewritten = wrapLine({kind: rules.kind, call: rules.callOf(view.user), path}, {content, view, job}, wrapping)
  if ('reason' in rewritten) return {state: 'left', job, reason: rewritten.reason}
  return {state: 'wrappable', job, hints: hintsOf(shape), wrapped: rewritten.content}
}
