import type {CronKind} from './cron-kind.js'
import {fileOfCommand} from './job-names.js'
import {type JudgeSchedule, judgeLine, unendedLine} from './judge-line.js'
import {type CrontabLine, contentOf, type JobView, readable} from './line.js'
import {judgeSchedule, type ScheduleJudgement} from './schedule.js'
import {isKnownShell, shellShape} from './shell-shape.js'
import {type LineFiles, type LineProblem, startProblem} from './start-problem.js'
import {type CronVariables, firstVariables, variablesBelow} from './variables.js'
import {type GuardCall, hintsOf, type LineJobs, nameOfCall, wrapLine, wrappingOf} from './wrap.js'

export type LineState = 'wrapped' | 'wrappable' | 'left' | 'wrong' | 'noted'

/** What is known of one line: a job, or another line about which something must be said. */
export interface SurveyedLine {
  /** Begins with 1. */
  readonly number: number
  readonly state: LineState
  /** The line without its line feed, as text for people. */
  readonly text: string
  readonly schedule: string | undefined
  readonly user: string | undefined
  readonly command: string | undefined
  readonly job: string | undefined
  /** Why it is left alone, or what is wrong and what to write. */
  readonly reason: string | undefined
  /** Further things that are not as they look; they make nothing wrong. */
  readonly warnings: readonly string[]
  /** Why it runs nothing, though cron takes it; one of the warnings says so. */
  readonly problem: LineProblem | undefined
  /** Flags of guard that would take the place of something. */
  readonly hints: readonly string[]
  /** The bytes of the line as install would write it, without line feed. */
  readonly wrapped: string | undefined
}

interface SurveyRules {
  readonly kind: CronKind
  /** How a line of this user calls guard. In the crontab of a user no line names one. */
  readonly callOf: (user: string | undefined) => GuardCall
  /** The jobs that the settings of this user have. */
  readonly jobsOf: (user: string | undefined) => LineJobs
  /** Whether there is a user of this name. */
  readonly isUser: (name: string) => boolean
  /** Makes a job's name unique. */
  readonly unique: (name: string) => string
  /** For a command from which no name can be made. */
  readonly fallbackName: string
  /** Names that a person gives to lines, by number. */
  readonly given: ReadonlyMap<number, string>
  /** What a line of this user would find. */
  readonly filesOf: (user: string | undefined) => LineFiles
  /** Why no line is wrapped; undefined where lines can be. */
  readonly unchanged: string | undefined
}

/** What each line of a crontab is by the rules of the cron that reads it. Lines that are as they should be and no jobs are left out. */
export function surveyCrontab(lines: readonly CrontabLine[], rules: SurveyRules): readonly SurveyedLine[] {
  const surveyed: SurveyedLine[] = []
  const unended = unendedLine(lines)
  const judge = judgeOnce(rules.kind)
  let variables = firstVariables
  for (const [index, line] of lines.entries()) {
    const {view} = line
    const place = {line, number: index + 1, unended: index === lines.length - 1 ? unended : undefined}
    const found =
      view.kind === 'job' ? surveyJob({...place, view, variables}, rules, judge) : surveyOther(place, rules.kind)
    if (found) surveyed.push(found)
    variables = variablesBelow(line, variables)
  }
  return surveyed
}

/** Many lines of a crontab share a few schedules, and each is judged once. */
function judgeOnce(kind: CronKind): JudgeSchedule {
  const known = new Map<string, ScheduleJudgement>()
  return (schedule) => {
    const judgement = known.get(schedule) ?? judgeSchedule(kind, schedule)
    known.set(schedule, judgement)
    return judgement
  }
}

interface LineInPlace {
  readonly line: CrontabLine
  readonly number: number
  /** What is wrong with the end of the crontab, if this is its last line. */
  readonly unended: string | undefined
}

/** @returns undefined for a line about which nothing needs to be said */
function surveyOther({line, number, unended}: LineInPlace, kind: CronKind): SurveyedLine | undefined {
  const {wrong, warning} = judgeLine(kind, line)
  const reason = wrong ?? unended
  if (reason === undefined && warning === undefined) return undefined
  return {
    number,
    state: reason === undefined ? 'noted' : 'wrong',
    text: readable(contentOf(line.bytes)),
    schedule: undefined,
    user: undefined,
    command: undefined,
    job: undefined,
    reason,
    warnings: warning === undefined ? none : [warning],
    problem: undefined,
    hints: none,
    wrapped: undefined,
  }
}

const none: readonly string[] = []
const carriageReturn = 'its carriage return is part of the command'

interface JobInPlace extends LineInPlace {
  readonly view: JobView
  /** As the lines above set them. */
  readonly variables: CronVariables
}

function surveyJob(place: JobInPlace, rules: SurveyRules, judge: JudgeSchedule): SurveyedLine {
  const {line, view, number, unended} = place
  const {wrong, warning} = judgeLine(rules.kind, line, judge)
  const content = contentOf(line.bytes)
  const plan = planOf(place, content, rules)
  const refused = wrong ?? wrongUser(view, rules)
  const reason = refused ?? unended
  const problem = reason === undefined ? plan.problem : undefined
  const warnings = [warning, userColumn(view, rules), problem && `runs nothing: ${problem.text}`].filter(
    (one) => one !== undefined,
  )
  return {
    number,
    state: reason === undefined ? plan.state : 'wrong',
    text: readable(content),
    schedule: readable(view.schedule).replace(/\s+/g, ' '),
    user: view.user === undefined ? undefined : readable(view.user),
    command: readable(view.command),
    job: plan.job,
    reason: reason ?? plan.reason,
    warnings: content.endsWith('\r') ? [...warnings, carriageReturn] : warnings,
    problem,
    hints: plan.hints ?? none,
    wrapped: refused === undefined ? plan.wrapped : undefined,
  }
}

/** What is wrong with the column of the user. @returns undefined where there is none */
function wrongUser({user, command}: JobView, {isUser}: SurveyRules): string | undefined {
  if (user === undefined || (isUser(user) && command !== '')) return undefined
  return command === '' ? 'refused: it lacks the user or the command' : `refused: there is no user ${readable(user)}`
}

/** Users whose name is a program's too, which may have a path as its argument. */
const usersLikePrograms = ['git', 'mail', 'man', 'sync']

/** A line with the column of the user, as the crontabs of the system have it, where there is none: the user is run. */
function userColumn({user, command}: JobView, {isUser}: SurveyRules): string | undefined {
  const [, name] = /^(\S+)\s+\//.exec(command) ?? []
  if (user !== undefined || name === undefined || usersLikePrograms.includes(name) || !isUser(name)) return undefined
  return `${readable(name)} is taken for a program: only crontabs of the system have a column for the user`
}

/** What install would do with a line. */
interface LinePlan {
  readonly state: LineState
  readonly job?: string | undefined
  readonly reason?: string
  /** Why the line, which starts guard, runs nothing. */
  readonly problem?: LineProblem | undefined
  readonly hints?: readonly string[]
  readonly wrapped?: string
}

function planOf({view, variables, number}: JobInPlace, content: string, rules: SurveyRules): LinePlan {
  const wrapping = wrappingOf(rules.kind, view)
  if (wrapping.kind === 'left') return {state: 'left', reason: wrapping.reason}
  const jobs = rules.jobsOf(view.user)
  if (wrapping.kind === 'wrapped') {
    const {call, shell, input} = wrapping
    const problem = startProblem({shell, input, shape: shellShape(shell), variables}, rules.filesOf(view.user))
    return {state: 'wrapped', job: nameOfCall(call, jobs, variables), problem}
  }
  const {SHELL = ''} = variables
  if (SHELL !== '' && !isKnownShell(SHELL)) {
    return {
      state: 'left',
      reason: `its SHELL is ${SHELL}, and guard knows the quotes of sh, bash, dash, ksh and zsh`,
    }
  }
  const {shape, shell} = wrapping
  const file = fileOfCommand(shape, shell)
  const configured = file && jobs.jobOfFile(file, variables)
  const ownName = () => rules.unique(file?.name ?? rules.fallbackName)
  const job = rules.given.get(number) ?? configured ?? ownName()
  if (rules.unchanged !== undefined) return {state: 'left', job, reason: rules.unchanged}
  const rewritten = wrapLine(
    {kind: rules.kind, call: rules.callOf(view.user), variables},
    {content, view, job},
    wrapping,
  )
  if ('reason' in rewritten) return {state: 'left', job, reason: rewritten.reason}
  return {state: 'wrappable', job, hints: hintsOf(shape), wrapped: rewritten.content}
}
