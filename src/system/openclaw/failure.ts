import type {FailureCause, FailureKind, OpenClawFailure} from '../../domain/openclaw/response.js'
import type {CommandResult} from '../process/run-command.js'

/** Whether the call may have changed something: only then can its outcome be unknown. */
export type Effect = 'read' | 'write'

/**
 * OpenClaw exits with 0 or 1 only, so the text decides. Texts of 2026.2 to 2026.9; the first match counts. A timeout comes
 * first, because what was sent may then still be applied, whatever else the text says.
 */
const texts: readonly (readonly [FailureCause, RegExp])[] = [
  ['gateway-timeout', /gateway timeout after/i],
  ['wrong-node', /openclaw: Node(?:\.js)? (?:v|>=)?\d.{0,200}(?:unavailable|required)|openclaw requires Node/i],
  ['unknown-command', /unknown command|unknown option|does not recognize option|has no command|too many arguments/i],
  ['no-token', /requires credentials before opening/i],
  ['wrong-token', /unauthorized|closed \(1008\)/i],
  ['unknown-id', /unknown cron job id|cron job not found|automation not found|params: id not found/i],
  ['system-owned', /system-owned/i],
  ['no-handle', /no active cancellation handle/i],
  ['gateway-draining', /HTTP 503/i],
  ['gateway-down', /ECONNREFUSED|gateway not reachable/i],
  ['gateway-closed', /gateway closed/i],
]

const kinds: Readonly<Record<FailureCause, FailureKind>> = {
  'gateway-down': 'transient',
  'gateway-draining': 'transient',
  'wrong-token': 'configuration',
  'no-token': 'configuration',
  'no-secret': 'configuration',
  'unknown-command': 'configuration',
  'wrong-node': 'configuration',
  'not-installed': 'configuration',
  'unknown-id': 'permanent',
  'system-owned': 'permanent',
  'no-handle': 'permanent',
  // The request may have been sent before the connection was closed.
  'gateway-closed': 'outcome-unknown',
  'gateway-timeout': 'outcome-unknown',
  killed: 'outcome-unknown',
  garbage: 'outcome-unknown',
  other: 'outcome-unknown',
}

export function failure(cause: FailureCause, effect: Effect, message: string): OpenClawFailure {
  const kind = kinds[cause]
  return {kind: kind === 'outcome-unknown' && effect === 'read' ? 'transient' : kind, cause, message: oneLine(message)}
}

/** The error stands at the beginning of the output; megabytes after it do not matter. */
const longestSaid = 1024 * 1024

/** @returns the failure of a call; undefined if it ended with 0 */
export function failureOf(result: CommandResult, effect: Effect): OpenClawFailure | undefined {
  const {exitCode, signal, timedOut, spawnError, stdout, stderr, durationMs} = result
  if (spawnError !== undefined) return failure('not-installed', effect, `the command cannot be started: ${spawnError}`)
  if (timedOut)
    return failure('killed', effect, `no answer within ${Math.round(durationMs / 1000)} s; the call was ended`)
  if (exitCode === 0) return undefined
  const said = `${stderr.slice(0, longestSaid)}\n${stdout.slice(0, longestSaid)}`
  const cause = texts.find(([, pattern]) => pattern.test(said))?.[0] ?? 'other'
  return failure(cause, effect, message(said, cause) ?? `it ended with ${signal ?? exitCode} and printed nothing`)
}

/** The line that gave the cause, else the first. */
function message(said: string, cause: FailureCause): string | undefined {
  const lines = said.split('\n').filter((line) => line.trim() !== '')
  const pattern = texts.find(([name]) => name === cause)?.[1]
  return (pattern && lines.find((line) => pattern.test(line))) ?? lines[0]
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 300)
}
