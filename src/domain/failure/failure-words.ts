/**
 * One of these stands in every line that a built-in pattern matches; a test holds them to that. To look for all of
 * them at once takes a fraction of the time that the patterns take, and most lines of an output have none.
 */
const words = {
  failed:
    'error|err!|exception|fail|fatal|refus|reset|reject|abort|broke|problem|trouble|unexpected|wrong|incorrect|invalid|illegal|malformed|unhandled|unsuccess|interrupt|forcibly',
  not: "not |not_|not-|notfound|notexist|nosuch|none|n't |cannot|unable|no |never|nothing|nonexist|non-exist|unknown|missing|gone|lost|losing|lack|notavail|notmaster|noroute|nohost|nobroker",
  refused:
    'denied|auth|forbid|credential|password|passphrase|pass |perm|cert|signature|self-signed|self_signed|token|login|log in|logon|logged|sign in|signed in|locked|suspended|disabled|deactivated|inactive|selected|pkix|x509|mismatch|verif|pubkey|keysig|badsig|ticket|untrusted|revoked|wrongpass|insufficient',
  limits:
    'exceed|exhaust|deplet|used up|limit|throttl|flood|rate|too |toomany|quota|slow down|slowdown|reached|over |capacity|full|max|longer|larger|greater|more than|at least|at most|out of',
  late: 'timeout|time-out|time out|timed|deadline|expire|elapsed|stuck|ran past|unrespons|stopped resp|gave up|giving up|retry|wait |run |try again|try in|try your|try the|try this|tryagain|later|shortly|for over',
  outage:
    'unavail|overload|busy|gateway|internal|deadlock|temporar|max|removed|deleted|maximum number|fewer|notenough|wait |clients|recogni|currently|momentarily|leader|conflict|primary|sealed|down|starting|initiali|recover|readonly|read-only|read only|unhealthy|circuit|went |heavy load|high load|maintenance|loading|clusterdown|masterdown',
  lines:
    'closed|closure|close |connection_|connectivity|incompl|connectionforced|unreach|disconnect|dropped|eof|errno|econn|enet|ehost|enot|eai_|epipe|eperm|eacces|hung up|hang up|handshake|resol|nodename|nxdomain|servfail|misbehav|route to|server running|empty reply|early|goaway|offline|changed|tcp|udp|terminated|prematur|curl|err_',
  requests:
    'unprocess|constraint|improper|ambiguous|already|schema|must|may |can |does |should|is |are |was |require|mandatory|need|unset|api_key|secret|expect|violat|unsupported|unrecogni|bad |badrequest|bad_request|duplicate|truncated',
  states: 'sqlstate|sql state|ora-|noauth|noperm|code',
} satisfies Readonly<Record<string, string>>

/** Numbers that may be a status. Fractions of a second and prices are none. */
const states = "\\('\\w{5}'|[45]\\d\\d(?<!\\d[.,]\\d\\d\\d|\\d\\d\\d\\d)(?!\\d|\\.\\d)"

/** Matches a line that may show a failure. */
export const failureWords = new RegExp(`${anyOf(Object.values(words).join('|').split('|'))}|${states}`, 'i')

/** A pattern for any of some literal words, in which common beginnings stand once: several times as fast as a list. */
function anyOf(literals: readonly string[]): string {
  const byFirst = new Map<string, string[]>()
  for (const word of literals) {
    if (word === '') return ''
    const rests = byFirst.get(word.charAt(0)) ?? []
    byFirst.set(word.charAt(0), [...rests, word.slice(1)])
  }
  const branches = [...byFirst].map(([first, rests]) => first + anyOf(rests))
  return branches.length === 1 ? branches.join('') : `(?:${branches.join('|')})`
}
