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

/**
 * The text with `phase_status` `failed` and an object `recovery` that says why, in the place of one from an earlier crash.
 * All else stays as it is, byte for byte: numbers that JavaScript cannot hold, too.
 *
 * @param text one of which `readRunState` says that its run goes on
 */
export function markFailed(text: string, {timestamp, reason, phase}: Mark): string {
  const recovery = JSON.stringify({
    ...{timestamp, action: 'marked_for_recovery', by: 'guard', reason, original_phase_status: 'running'},
    ...(phase !== undefined && {recovery_phase: phase}),
  })
  const values = new Map([
    ['phase_status', '"failed"'],
    ['recovery', recovery],
  ])
  const {members, end} = membersOf(text)
  const isThere = members.some(({key}) => key === 'recovery')
  const added = isThere ? '' : `, "recovery": ${recovery}`
  return members.reduceRight(
    (rest, {key, from, to}) => rest.slice(0, from) + (values.get(key) ?? rest.slice(from, to)) + rest.slice(to),
    text.slice(0, end) + added + text.slice(end),
  )
}

/** One token of JSON. A string is matched without backtracking. */
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s"{}[\],:]+/g

interface Member {
  readonly key: string
  /** Where its value begins and ends. */
  readonly from: number
  to: number
}

/** The members of an object in JSON, and where it ends. */
function membersOf(text: string): {readonly members: readonly Member[]; readonly end: number} {
  const members: Member[] = []
  let [depth, end] = [0, 0]
  let before: readonly [string, string] = ['', '']
  for (const {0: token, index} of text.matchAll(tokens)) {
    const to = index + token.length
    const isEnd = token === '}' || token === ']'
    if (isEnd) depth -= 1
    if (isEnd && depth === 0) end = index
    const last = members.at(-1)
    if (depth === 1 && before[1] === ':') members.push({key: JSON.parse(before[0]), from: index, to})
    else if (depth === 1 && isEnd && last) last.to = to
    if (token === '{' || token === '[') depth += 1
    before = [before[1], token]
  }
  return {members, end}
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
