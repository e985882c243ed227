import {
  type FindProgramProblem,
  judgeCall,
  judgeUnasked,
  notAsked,
  planAnswerOf,
  planCommandOf,
} from '../../../domain/diagnose/cron-call.js'
import {type CronLine, type CronLines, pathOf} from '../../../domain/diagnose/cron-line.js'
import {
  type CronStart,
  judgeStart,
  notTried,
  type StartResult,
  startsOf,
  type ThisGuard,
} from '../../../domain/diagnose/cron-start.js'
import {judgeCron, judgeCrontabs, judgeMail, judgeVariables} from '../../../domain/diagnose/crontab-findings.js'
import type {Finding} from '../../../domain/diagnose/finding.js'
import {judgePeriodic, type PassedFile} from '../../../domain/diagnose/machine-findings.js'

export interface CronDeps {
  /** Every line of the crontabs of this user and the system. */
  readonly crontabLines: () => Promise<CronLines>
  /** Runs `guard --version` as a line of a crontab would start it. */
  readonly tryStart: (start: CronStart) => Promise<StartResult>
  /** Runs a command as a line of a crontab with these variables would. @returns its standard output */
  readonly askUnderCron: (command: string, variables: CronLine['variables']) => Promise<string>
  /** Monotonic clock, ms. */
  readonly monoMs: () => number
  readonly problemOfProgram: FindProgramProblem
  readonly thisGuard: ThisGuard
  /** The cron that runs, for people; undefined if none does. */
  readonly runningCron: () => string | undefined
  /** The program by which cron mails; undefined if there is none. */
  readonly sendmail: () => string | undefined
  readonly passedFiles: () => readonly PassedFile[]
  readonly env: Readonly<Record<string, string | undefined>>
}

/** How many ways of starting guard are tried at most; a machine has one or two. */
const mostStarts = 10

/** Whether guard and its Node are found and start, with nothing but what cron gives them. */
export async function examineStart(
  {crontabLines, tryStart, thisGuard}: CronDeps,
  job?: string,
): Promise<readonly Finding[]> {
  const {lines} = await crontabLines()
  const own = job === undefined ? [] : lines.filter((line) => line.job === job)
  const all = startsOf(own.length > 0 ? own : lines)
  const starts = all.slice(0, mostStarts)
  const findings = await Promise.all(starts.map(async (start) => judgeStart(start, await tryStart(start), thisGuard)))
  const problems = [...findings.filter(({level}) => level !== 'well'), ...notTried(all.slice(mostStarts))]
  return problems.length > 0 ? problems : findings.slice(0, 1)
}

export async function examineCrontabs(deps: CronDeps): Promise<readonly Finding[]> {
  const crontabs = await deps.crontabLines()
  return [
    judgeCron(crontabs, deps.runningCron()),
    ...judgeCrontabs(crontabs, await examineCalls(deps)),
    ...judgeVariables(crontabs.lines, deps.env),
    judgeMail(crontabs, deps.sendmail()),
    ...judgePeriodic(deps.passedFiles()),
  ]
}

/**
 * Each question starts guard, with the settings and the directory that the line gives it, and the examination of the
 * crontabs must not wait for long.
 */
const callsAtOnce = 4
const callsWithinMs = 6000

/** Whether guard, as lines of crontabs call it, runs what they say; of a job only its own lines. */
export async function examineCalls(deps: CronDeps, job?: string): Promise<readonly Finding[]> {
  const {lines} = await deps.crontabLines()
  const ofJob = lines.filter((line) => (job ?? line.job) === line.job)
  const questions = questionsOf(ofJob)
  const found: Finding[] = ofJob.flatMap(judgeUnasked)
  const untilMs = deps.monoMs() + callsWithinMs
  let asked = 0
  for (; asked < questions.length && deps.monoMs() < untilMs; asked += callsAtOnce) {
    const calls = questions.slice(asked, asked + callsAtOnce).map((question) => ask(deps, question))
    found.push(...(await Promise.all(calls)).flat())
  }
  return [...found, ...notAsked(questions.slice(asked).flatMap((question) => question.lines))]
}

/** The lines that ask guard the same: a job is often due at several times. */
interface Question {
  readonly command: string
  readonly variables: CronLine['variables']
  readonly lines: readonly CronLine[]
}

function questionsOf(lines: readonly CronLine[]): readonly Question[] {
  const questions = new Map<string, Question>()
  for (const line of lines) {
    const command = planCommandOf(line)
    if (command === undefined) continue
    const {variables} = line
    const key = JSON.stringify([command, Object.entries(variables).sort()])
    questions.set(key, {command, variables, lines: [...(questions.get(key)?.lines ?? []), line]})
  }
  return [...questions.values()]
}

async function ask(
  {askUnderCron, problemOfProgram}: CronDeps,
  {command, variables, lines}: Question,
): Promise<readonly Finding[]> {
  const answer = planAnswerOf(await askUnderCron(command, variables))
  return answer ? lines.flatMap((line) => judgeCall(line, answer, problemOfProgram)) : []
}

/** PATH under cron of a job, or of any: that of the first line that runs it, else the usual one. */
export async function pathUnderCron({crontabLines}: Pick<CronDeps, 'crontabLines'>, job?: string): Promise<string> {
  const {lines} = await crontabLines()
  return pathOf(
    lines.find((line) => line.calls === 'run' && (job === undefined || line.job === job)) ?? {variables: {}},
  )
}
