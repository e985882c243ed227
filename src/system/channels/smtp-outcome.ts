import {formatDuration} from '../../domain/clock/duration.js'
import type {SendOutcome} from '../../domain/delivery/message.js'
import {redactLine} from '../../domain/failure/redact.js'
import {type AttemptLimit, connectionProblem, endedReason} from './http-problem.js'

/** What a mail library says of one recipient or of the whole attempt. */
interface SmtpProblem {
  readonly code?: string | undefined
  /** Of the system, where the library has put its own in its place. */
  readonly originalCode?: string | undefined
  /** Of the server: 4xx passes, 5xx stays. */
  readonly responseCode?: number | undefined
  /** The server's own words. */
  readonly response?: string | undefined
  readonly recipient?: string | undefined
  /** Of an attempt in which every recipient was refused. */
  readonly rejectedErrors?: readonly SmtpProblem[] | undefined
}

interface SentMail {
  readonly accepted?: readonly string[] | undefined
  readonly rejectedErrors?: readonly SmtpProblem[] | undefined
}

/** Longest text in a receipt. */
const longestRefused = 200

/** The server has the mail, though not necessarily for each recipient: those who are refused for now get it later. */
export function mailSent({accepted = [], rejectedErrors = []}: SentMail, messageId: string): SendOutcome {
  const refused = refusals(rejectedErrors.filter(isLasting))
  const passing = rejectedErrors.filter((one) => !isLasting(one))
  const to = passing.flatMap(({recipient}) => recipient ?? [])
  const receipt = {message_id: messageId, accepted: accepted.length, ...(refused && {refused})}
  return {ok: true, receipt, ...(to.length > 0 && {owed: {to, reason: refusals(passing)}})}
}

function refusals(problems: readonly SmtpProblem[]): string {
  return problems.map(refusal).join('; ').slice(0, longestRefused)
}

function isLasting({responseCode = 0}: SmtpProblem): boolean {
  return responseCode >= 500
}

function refusal(problem: SmtpProblem): string {
  const {recipient = 'a recipient', responseCode, response = ''} = problem
  const lasting = isLasting(problem) ? 'for good' : 'for now'
  return `${recipient} is refused ${lasting} (${redactLine(response) || responseCode})`
}

/** Nothing has arrived: why, and whether another attempt may succeed. */
export function smtpFailure(error: unknown, server: string, {signal, timeoutMs}: AttemptLimit): SendOutcome {
  const {code, originalCode, responseCode, response, rejectedErrors = []} = error as SmtpProblem
  if (signal.aborted) return transient(endedReason(server, {signal, timeoutMs}))
  if (code === 'ETIMEDOUT') return transient(`${server} gave no answer within ${formatDuration(timeoutMs)}`)
  if (rejectedErrors.length > 0) {
    const stays = rejectedErrors.every(isLasting)
    return {ok: false, failure: stays ? 'permanent' : 'transient', reason: rejectedErrors.map(refusal).join('; ')}
  }
  const said = redactLine(response ?? '') || `code ${responseCode}`
  if (code === 'EAUTH') {
    if ((responseCode ?? 0) < 500 && responseCode !== undefined)
      return transient(`${server} does not log in now: ${said}`)
    return {ok: false, failure: 'permanent', reason: `${server} refuses user or password; check both (${said})`}
  }
  if (code === 'ETLS') {
    const plain = `${server} does not offer an encrypted connection; check \`tls\``
    return transient(originalCode ? connectionProblem(server, originalCode) : plain)
  }
  if (responseCode !== undefined) {
    const failure = responseCode >= 500 ? 'permanent' : 'transient'
    return {ok: false, failure, reason: `${server} refuses the mail: ${said}`}
  }
  return transient(connectionProblem(server, originalCode ?? code))
}

function transient(reason: string): SendOutcome {
  return {ok: false, failure: 'transient', reason}
}
