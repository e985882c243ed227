import {type Finding, finding, overallLevel} from '../../domain/diagnose/finding.js'
import {judgeStore, type StoreFacts} from '../../domain/diagnose/store-findings.js'
import {StoreFault} from '../../domain/fleet/store-fault.js'
import {type AnswerDeps, noteAnswer} from './note-answer.js'

export interface CheckStoreDeps {
  /** Looks at the store, and changes nothing there. Rejects with StoreFault. */
  readonly inspectStore: () => Promise<StoreFacts>
  readonly answers: AnswerDeps
}

export interface StoreCheck {
  /** Undefined if there was no answer. */
  readonly facts: StoreFacts | undefined
  readonly findings: readonly Finding[]
}

/** Whether this host can use the store of its fleet. */
export async function checkStore({inspectStore, answers}: CheckStoreDeps): Promise<StoreCheck> {
  try {
    const facts = await inspectStore()
    const findings = judgeStore(facts)
    if (overallLevel(findings) !== 'wrong') noteAnswer(answers)
    return {facts, findings}
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error
    const [hint] = error.hints
    const what = error.kind === 'away' ? 'The store does not answer' : 'The store refuses this host'
    const told = {proof: error.message, ...(hint !== undefined && {note: hint})}
    return {facts: undefined, findings: [finding('reached', 'wrong', what, told)]}
  }
}
