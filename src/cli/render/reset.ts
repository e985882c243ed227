import type {ResetDecision} from '../../domain/openclaw/reset-decision.js'
import {isFailedReset} from '../../domain/openclaw/reset-ledger.js'
import type {AnsweredReset, ResetRound} from '../../usecases/reset/answer-resets.js'
import type {ReenabledJob} from '../../usecases/reset/reenable-jobs.js'
import {color} from './color.js'
import type {Page} from './page.js'

/** What a round of `guard reset-daemon` did: pending enables, answers with their steps, and requests that wait. */
export function renderResetRound(_page: Page, {answered, waiting, pending, unreadable}: ResetRound): string {
  const lines = [
    ...pending.map(renderReenabled),
    ...answered.flatMap(renderAnswer),
    ...waiting.map(({openclawId, reason}) => `${color.yellow('waits')}    ${openclawId}  ${reason}`),
  ]
  if (lines.length === 0) lines.push(noRequests)
  return [...lines, ...renderUnreadable(unreadable)].join('\n')
}

const noRequests = 'there are no pending reset requests'

/** What a round would do. */
export function renderResetPlan(_page: Page, plan: readonly ResetDecision[], unreadable: number): string {
  const lines = plan.map((decision) => {
    const what = decision.do === 'decline' ? decision.outcome : decision.do
    return `${what.padEnd(8)} ${decision.request.jobId}  ${decision.reason}`
  })
  return [...(lines.length > 0 ? lines : [noRequests]), ...renderUnreadable(unreadable)].join('\n')
}

function renderAnswer({openclawId, ok, outcome, steps, detail}: AnsweredReset): readonly string[] {
  const paint = ok ? color.green : isFailedReset(outcome) ? color.red : color.yellow
  const head = `${paint(outcome)}  ${openclawId}  ${detail}`
  return [head, ...steps.map(({step, outcome, evidence}) => `  ${step.padEnd(15)} ${outcome.padEnd(7)} ${evidence}`)]
}

function renderReenabled({openclawId, state, detail}: ReenabledJob): string {
  const paint = state === 'confirmed' ? color.green : state === 'watched' ? color.yellow : color.red
  return `${paint(`enable ${state}`)}  ${openclawId}  ${detail}`
}

function renderUnreadable(lines: number): readonly string[] {
  if (lines === 0) return []
  const what = lines === 1 ? '1 line is not a request' : `${lines} lines are not a request`
  return [color.yellow(`openclaw_reset_requests.jsonl: ${what}`)]
}
