import {type FindProgramProblem, judgeCall, planAnswerOf, planCommandOf} from '../../../domain/diagnose/cron-call.js'
import {type CronLine, type CronLines, pathOf} from '../../../domain/diagnose/cron-line.js'
import {
  type CronStart,
  judgeStart,
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
  const starts = startsOf(own.length > 0 ? own : lines).slice(0, mostStarts)
  const findings = await Promise.all(starts.map(async (start) => judgeStart(start, await tryStart(start), thisGuard)))
  const problems = findings.filter(({level}) => level !== 'well')
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

/** Each line that is asked starts guard once, and the examination of the crontabs must not wait for that. */
const mostCalls = 100
const callsAtOnce = 4
const callsWithinMs = 6000

/** Whether guard, as lines of crontabs call it, runs what they say; of a job only its own lines. */
export async function examineCalls(deps: CronDeps, job?: string): Promise<readonly Finding[]> {
  const {lines} = await deps.crontabLines()
  const asked = lines.filter((line) => line.runWords && (job ?? line.job) === line.job).slice(0, mostCalls)
  const found: Finding[] = []
  const untilMs = deps.monoMs() + callsWithinMs
  for (let from = 0; from < asked.length && deps.monoMs() < untilMs; from += callsAtOnce) {
    const calls = asked.slice(from, from + callsAtOnce).map((line) => examineCall(deps, line))
    found.push(...(await Promise.all(calls)).flat())
  }
  return found
}

async function examineCall({askUnderCron, problemOfProgram}: CronDeps, line: CronLine): Promise<readonly Finding[]> {
  const command = planCommandOf(line)
  const answer = command === undefined ? undefined : planAnswerOf(await askUnderCron(command, line.variables))
  return answer ? judgeCall(line, answer, problemOfProgram) : []
}

/** PATH under cron of a job, or of any: that of the first line that runs it, else the usual one. */
export async function pathUnderCron({crontabLines}: Pick<CronDeps, 'crontabLines'>, job?: string): Promise<string> {
  const {lines} = await crontabLines()
  return pathOf(
    lines.find((line) => line.calls === 'run' && (job === undefined || line.job === job)) ?? {variables: {}},
  )
}
