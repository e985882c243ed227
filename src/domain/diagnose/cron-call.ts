import {shellWord} from '../crontab/shell-word.js'
import {listNames} from '../health/list-names.js'
import {type CronLine, placeOf} from './cron-line.js'
import {type Finding, finding} from './finding.js'

/**
 * What asks guard, as the line starts it, what it would run.
 *
 * @returns undefined if a shell may change the words of the line, so that nobody knows what guard gets
 */
export function planCommandOf({start, runWords}: CronLine): string | undefined {
  if (start === undefined || runWords === undefined) return undefined
  return `${start} run --plan --json ${runWords.map(shellWord).join(' ')}`
}

/** What guard answers to it: what it would run, or why it runs nothing. */
export type PlanAnswer =
  | {readonly command: readonly string[]}
  | {readonly error: {readonly kind: string; readonly message: string; readonly hints: readonly string[]}}

/** @returns undefined if it is no answer of guard's: that guard does not start is a finding of its own */
export function planAnswerOf(text: string): PlanAnswer | undefined {
  try {
    const answer = JSON.parse(text) as Partial<PlanAnswer> | null
    return answer && ('command' in answer || 'error' in answer) ? (answer as PlanAnswer) : undefined
  } catch {
    return undefined
  }
}

/** What keeps a program from being started. @returns undefined if nothing does */
export type FindProgramProblem = (path: string) => 'is not there' | 'is not executable' | undefined

/** Whether a line that starts guard has it run something. What the settings have wrong is told as part of them. */
export function judgeCall(line: CronLine, answer: PlanAnswer, problemOf: FindProgramProblem): readonly Finding[] {
  if ('error' in answer) return refused(line, answer.error)
  const [program = ''] = answer.command
  if (!program.startsWith('/') || !line.runWords?.includes(program)) return []
  const problem = problemOf(program)
  if (problem === undefined) return []
  if (problem === 'is not there') return [cannotRun(line, `${program} ${problem}`, line.edit, 'correct its path')]
  return [cannotRun(line, `${program} ${problem}`, `chmod +x ${shellWord(program)}`)]
}

/** A line about which guard cannot be asked, and whose words and files show that it runs nothing. */
export function judgeUnasked(line: CronLine): readonly Finding[] {
  const {problem} = line
  return problem === undefined || planCommandOf(line) !== undefined ? [] : [cannotRun(line, problem, line.edit)]
}

/** What is not known of lines for which there was no time. */
export function notAsked(lines: readonly CronLine[]): readonly Finding[] {
  if (lines.length === 0) return []
  const what = lines.length === 1 ? '1 crontab line was' : `${lines.length} crontab lines were`
  const proof = `guard was not asked what they run: ${listNames(lines.map(placeOf), '; ')}`
  const job = lines.find((line) => line.job !== undefined)?.job
  const told = job === undefined ? {} : {mend: `guard doctor --job ${job}`, note: 'looks at the lines of one job'}
  return [finding('crontab', 'look', `${what} not looked at`, {proof, ...told})]
}

function refused(
  line: CronLine,
  {kind, message, hints}: Extract<PlanAnswer, {readonly error: unknown}>['error'],
): readonly Finding[] {
  const isOfLine = kind === 'usage' || line.runWords?.some((word) => message.startsWith(`${word}: `))
  if (!isOfLine) return []
  const near = hints.filter((hint) => hint.startsWith('did you mean'))
  return [cannotRun(line, message, line.edit, near.length > 0 ? near.join(' ') : hints[0])]
}

function cannotRun(line: CronLine, why: string, mend: string, note?: string): Finding {
  const proof = `${line.text.trim()}: ${why}`
  return finding('crontab', 'wrong', `${placeOf(line)} runs nothing`, {proof, mend, ...(note !== undefined && {note})})
}
