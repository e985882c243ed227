import {type LockOwner, ownerInObject} from '../locks/lock-owner.js'

/** What guard reads of a file in which another program keeps the state of a run. */
interface RunState {
  readonly isRunning: boolean
  /** undefined if it names no process */
  readonly owner: LockOwner | undefined
  /** What the run was doing. */
  readonly phase: string | undefined
}

/** @returns undefined if the text is not a JSON object, as while it is being written */
export function readRunState(text: string): RunState | undefined {
  const state = objectIn(text)
  if (!state) return undefined
  const {phase_status: status, phase} = state
  return {
    isRunning: status === 'running',
    owner: ownerInObject(state),
    phase: typeof phase === 'string' ? phase : undefined,
  }
}

interface Mark {
  /** ISO 8601 */
  readonly timestamp: string
  readonly reason: string
  readonly phase: string | undefined
}

/** One token of JSON. A string is matched without backtracking. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s"{}[\],:]+/g

/**
 * The text with `phase_status` `failed` and an object `recovery` that says why. All else stays as it is, byte for byte:
 * numbers that JavaScript cannot hold, too.
 *
 * @returns undefined if that cannot be done, as with an escape in the key
 */
export function markFailed(text: string, {timestamp, reason, phase}: Mark): string | undefined {
  const edits: {readonly from: number; readonly to: number; readonly text: string}[] = []
  const recovery = {
    ...{timestamp, action: 'marked_for_recovery', by: 'guard', reason, original_phase_status: 'running'},
    ...(phase !== undefined && {recovery_phase: phase}),
  }
  let depth = 0
  let before = ['', '']
  for (const {0: token, index} of text.matchAll(tokens)) {
    if (token === '}' || token === ']') depth -= 1
    if (depth === 1 && before[0] === '"phase_status"' && before[1] === ':')
      edits.push({from: index, to: index + token.length, text: '"failed"'})
    if (depth === 0 && token === '}')
      edits.push({from: index, to: index, text: `, "recovery": ${JSON.stringify(recovery)}`})
    if (token === '{' || token === '[') depth += 1
    before = [before[1] ?? '', token]
  }
  const marked = edits.reduceRight((rest, {from, to, text: put}) => rest.slice(0, from) + put + rest.slice(to), text)
  const state = objectIn(marked)
  return state?.['phase_status'] === 'failed' && state['recovery'] !== undefined ? marked : undefined
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
