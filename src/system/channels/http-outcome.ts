import type {Receipt, SendOutcome} from '../../domain/delivery/message.js'
import {redactLine} from '../../domain/failure/redact.js'
import type {HttpProblem} from './http-problem.js'
import type {HttpAnswer} from './post.js'

/** Statuses that say that the same request may succeed later. */
const later: readonly number[] = [408, 425, 429]

/** The host of an address, to name a receiver by. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the receiver'
}

/** What an answer means where the receiver has no rules of its own: 2xx is success. */
export function httpOutcome(result: HttpAnswer | HttpProblem, receiver: string, receipt: Receipt): SendOutcome {
  if (!result.ok) return result
  const {status, body, retryAfterMs, redirectsTo} = result
  if (status >= 200 && status < 300) return {ok: true, receipt}
  if (redirectsTo !== undefined) {
    const reason = `${receiver} redirects to ${redirectsTo}, which is not followed; put the final address into the settings`
    return {ok: false, failure: 'permanent', reason}
  }
  const failure = status >= 500 || later.includes(status) ? 'transient' : 'permanent'
  const said = redactLine(body)
  return {ok: false, failure, reason: `${receiver} answered ${status}${said && `: ${said}`}`, retryAfterMs}
}
