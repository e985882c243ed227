import {type Finding, finding} from '../../domain/diagnose/finding.js'
import {judgeStore, type StoreFacts} from '../../domain/diagnose/store-findings.js'
import {StoreFault} from '../../domain/fleet/store-fault.js'

export interface CheckStoreDeps {
  /** Looks at the store, and changes nothing. Rejects with StoreFault. */
  readonly inspectStore: () => Promise<StoreFacts>
}

export interface StoreCheck {
  /** Undefined if there was no answer. */
  readonly facts: StoreFacts | undefined
  readonly findings: readonly Finding[]
}

/** Whether this host can use the store of its fleet. */
export async function checkStore({inspectStore}: CheckStoreDeps): Promise<StoreCheck> {
  try {
    const facts = await inspectStore()
    return {facts, findings: judgeStore(facts)}
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error
    const [hint] = error.hints
    const what = error.kind === 'away' ? 'The store does not answer' : 'The store refuses this host'
    const told = {proof: error.message, ...(hint !== undefined && {note: hint})}
    return {facts: undefined, findings: [finding('reached', 'wrong', what, told)]}
  }
}
