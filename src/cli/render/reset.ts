import chalk from 'chalk'
import {withoutControls} from '../../domain/failure/redact.js'
import type {ResetDecision} from '../../domain/openclaw/reset-decision.js'
import type {AnsweredReset, ResetRound} from '../../usecases/reset/answer-resets.js'
import type {ReenabledJob} from '../../usecases/reset/reenable-jobs.js'

/** `guard reset-daemon`: what was answered, step by step; what waits and why; what is owed. */
export function renderResetRound({answered, waiting, owed, unreadable}: ResetRound): string {
  const lines = [
    ...owed.map(renderDebt),
    ...answered.flatMap(renderAnswer),
    ...waiting.map(({jobId, reason}) => `${chalk.yellow('waits')}    ${withoutControls(`${jobId}  ${reason}`)}`),
  ]
  if (lines.length === 0) lines.push('no reset is asked for')
  return [...lines, ...renderUnreadable(unreadable)].join('\n')
}

/** What a round would do. */
export function renderResetPlan(plan: readonly ResetDecision[], unreadable: number): string {
  const lines = plan.map((decision) => {
    const what = decision.do === 'decline' ? decision.outcome : decision.do
    return `${what.padEnd(8)} ${withoutControls(`${decision.request.jobId}  ${decision.reason}`)}`
  })
  return [...(lines.length > 0 ? lines : ['no reset is asked for']), ...renderUnreadable(unreadable)].join('\n')
}

function renderAnswer({jobId, ok, outcome, steps, detail}: AnsweredReset): readonly string[] {
  const head = `${ok ? chalk.green(outcome) : chalk.red(outcome)}  ${withoutControls(`${jobId}  ${detail}`)}`
  return [
    head,
    ...steps.map(
      ({step, outcome, evidence}) => `  ${step.padEnd(15)} ${outcome.padEnd(7)} ${withoutControls(evidence)}`,
    ),
  ]
}

function renderDebt({jobId, state, detail}: ReenabledJob): string {
  const paint = state === 'settled' ? chalk.green : state === 'watched' ? chalk.yellow : chalk.red
  return `${paint(`enable ${state}`)}  ${withoutControls(`${jobId}  ${detail}`)}`
}

function renderUnreadable(lines: number): readonly string[] {
  if (lines === 0) return []
  return [chalk.yellow(`${lines} ${lines === 1 ? 'line' : 'lines'} of openclaw_reset_requests.jsonl ask for nothing`)]
}
