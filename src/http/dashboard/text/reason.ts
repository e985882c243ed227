/**
 * A reason for one line: when the last run was stands beside it, so only what is in brackets is kept of that.
 *
 * `its last run failed 3m ago (socket, closed); …` becomes `socket, closed; …`, other reasons stay.
 */
export function shortReason(reason: string): string {
  return reason.replace(/^its last run [a-z -]+ (?:\d\w+ )+ago \((.+?)\)(?=;|, \d+ bad runs|$)/, '$1')
}
