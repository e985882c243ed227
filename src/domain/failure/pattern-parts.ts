/**
 * Parts of the built-in patterns that all classes share: how programs report a status, an exception or an SQLSTATE
 * whatever the message after it. No part repeats without a bound (see `builtin-patterns.ts`).
 */

/** Ways in which programs report one kind of failure. */
export interface PatternGroup {
  /** Stands in every line that one of the patterns matches; a test holds it to that. */
  readonly words: RegExp
  readonly patterns: readonly string[]
}

export type PatternClass = readonly PatternGroup[]

/** Words that many patterns share, to be used in those that ignore the case. */
export const cannot =
  "(?:can't|cannot|can not|could not|couldn't|unable to|failed to|failure to|not able to|error|failed|failure)"
export const was = '(?:was |were |is |are |has |have |had |has been |have been |being |got )?'
export const article = '(?:a |an |the |any |your |its |our |this )?'
export const end = '(?:$|[.:,;!)"\'])'

/** An HTTP status as an error reports it. A bare number is not one: "processed 503 rows" reports no failure. */
export function httpStatus(codes: string, reasons: string): PatternGroup {
  const patterns = [
    // HTTP/1.1 503, HTTP Error 503: …, HTTP 503, HTTPError 403
    `\\bHTTP(?:/\\d(?:\\.\\d)? )?:? ?(?:[Ee]rror:? |[Ss]tatus |[Rr]esponse |[Cc]ode )?(?:code:? )?[(\\[]?${codes}\\b`,
    // curl, git: The requested URL returned error: 503; anything: failed with status 503, the server returned 503
    `(?i)\\b(?:returned|responded|replied|failed|answered|response|rejected)(?: with)?(?: an?)?(?: unexpected)?(?: http)? (?:error|status|code|response|with|status code|response code):? [(\\['"]?${codes}\\b`,
    `(?i)\\b(?:returned|failed) (?:${codes}(?:$|[.;:)]| (?:for|from|on|to|when|while) | \\((?:[A-Z]|internal|bad|service|error|server))|[(\\[]${codes}[)\\]])`,
    // wget: ERROR 503: …; googleapi: Error 503: …
    `(?i)\\berror:? [(\\[]?${codes}(?:[\\]):]| -| on |$)`,
    `(?i)\\b(?:received|got) (?:an? )?(?:http )?${codes} (?:http|response|status|error)\\b`,
    // requests: 503 Server Error: …; httpx: Server error '503 …'
    `\\b${codes} (?:Client|Server) Error[:.] `,
    `\\b(?:Client|Server) error '${codes} `,
    // aiohttp: ClientResponseError: 503, HttpException: [503]
    `(?:HTTP|Http|Api|API|Response|Client|Server|Request|Status|Transport)\\w{0,30}(?:Error|Exception)(?:: | |\\()[(\\[]?${codes}\\b`,
    `\\btoo many ${codes} error responses`,
    // axios: status code 503; JSON and logs: "status": 503, status_code=503
    `(?i)\\b(?:status|response|http)(?:[ _-]?code)?["']?(?: |: ?|= ?|, ?| is | of | was )["'(]?${codes}\\b(?:[^ ]|$| [^a-z])`,
    `(?i)["'](?:error_?)?code["'] ?: ?["']?${codes}\\b`,
    `(?i)status(?:[ _-]?code)?["']?(?: |: ?|= ?|, ?| is | of | was )["'(]?${codes}\\b`,
    // aws: An error occurred (503) when calling …
    `\\bAn error occurred \\(${codes}\\) when calling`,
    // nginx, apt and anything else: 404 Not Found, 404 "Not Found", 404 - Not Found
    `(?i)\\b${codes}["')\\]]?[:,]? {0,3}(?:- |\\(|["'])?(?:${reasons})\\b`,
    // SDKs: Error code: 503; Google's: google.api_core.exceptions.TooManyRequests: 429 …
    `(?i)\\b(?:error|response|http) code(?: is| was)?[:=]? ?${codes}\\b`,
    // vault: Code: 503. …; pnpm: ERR_PNPM_FETCH_503; tuples: (503, 'reason …'); Service Unavailable (503)
    `(?i)\\bcode(?:=|: )${codes}(?:[^\\d.]|\\. |$)`,
    `\\bERR_[A-Z_]{1,40}_${codes}\\b`,
    `\\(${codes}, {0,1}["']`,
    `(?i)\\bresponse\\b.{0,200}\\bgot ${codes}$`,
    // scrapy: Ignoring response <403 https://…>
    `[<(\\[]${codes} (?:GET|POST|https?:)`,
    `(?i)\\b(?:${reasons})[ :,-]{1,3}[(\\[]?${codes}\\b`,
    `\\bexceptions\\.\\w{1,60}: ${codes} `,
    // npm error code E404, npm error 404; apt: Failed to fetch URL  503  …; lftp: Access failed: 404
    `\\bnpm (?:error|ERR!) (?:code E)?${codes}\\b`,
    `\\bFailed to (?:fetch|download|load|open|get) \\S{1,1000} {1,3}[(\\[]?${codes}\\b`,
    `\\bAccess failed: ${codes} `,
    // acme_tiny: Error requesting challenges: 429 {; [Error 429]; HTTPError 503
    `(?i)\\b(?:error|fail(?:ed|ure)?|can't|cannot|could not|unable)\\b.{0,200}: ${codes}(?:$|,| [{(\\[A-Z])`,
    `(?i)err(?:or)?[ :_#=-]{1,2}(?:http[ _-]?)?${codes}(?:$|[^\\w.]|\\.(?:$| ))`,
  ]
  return {words: new RegExp(`${codes}(?<!\\d[.,]\\d\\d\\d|\\d\\d\\d\\d)(?!\\d|\\.\\d)`), patterns}
}

/**
 * An exception by the end of its name, as `openai.RateLimitError:`. What only names a subject (`Protocol`) has to end
 * in `Error` or `Exception`; what says by itself that something failed (`ServerDisconnected`) may.
 */
export function raised(subjects: string, failures: string): PatternGroup {
  const name = `(?:(?:${subjects})(?:Error|Exception)|(?:${failures})(?:Error|Exception|Err)?)`
  const pattern = `\\b(?:[A-Z]\\w{0,40})?${name}(?::? \\[|: \\D| line \\d|["')\\](]|\\. [A-Z]|:?$)`
  return {words: new RegExp(name), patterns: [pattern]}
}

/** Numbers and states by which databases and systems name a failure, as the functions below write them. */
export function numbered(...patterns: readonly string[]): PatternGroup {
  return {words: /sqlstate|sql state|code|error|errno|ora-|curl|\('/i, patterns}
}

/** An SQLSTATE by its first characters: SQLSTATE[08006], (SQLSTATE 28P01), SQL state: 08001, code: '42P01'. */
export function sqlState(states: string): string {
  return `(?:\\('(?:${states})'|(?:SQLSTATE|SQL ?[Ss]tate|sqlstate|code)(?:[:= ]|: | = |\\[)["'\\[(]?(?:${states})\\b)`
}

/** A number of MySQL's: ERROR 1045 (28000), error: 1045:, (1045, "Access denied …"), SQLSTATE[HY000] [2002]. */
export function mysqlError(numbers: string): string {
  return `(?:(?:ERROR|[Ee]rror:?|errno:?) (?:${numbers})(?: \\(|: )|Error\\W{1,3}(?:${numbers}), |SQLSTATE\\[\\w{5}\\] \\[(?:${numbers})\\])`
}

/** An exit status of curl: curl: (7) …, cURL error 7: … */
export function curlError(numbers: string): string {
  return `\\bc(?:url|URL)(?:: \\(| error:? \\(?)(?:${numbers})[):]`
}

/** The number of a system error: [Errno 111], (os error 111), errno=111. */
export function errno(numbers: string): string {
  return `(?i)\\b(?:os error|errno|system error)[:= ]{1,2}-?(?:${numbers})\\b`
}
