/**
 * How programs say why they failed: the built-in failure classes, in the order in which they are believed when an
 * output shows several. Collected from what curl, wget, Python (requests, urllib3, httpx, aiohttp, asyncio), Node
 * (fetch, undici, axios), psql, ssh, git and aws print; `test/fixtures/failure-messages` holds the real messages.
 *
 * JavaScript's own regular expressions search them, which are ready at once but go back in the text to try again. So no
 * part of a pattern repeats without a bound, and no repeated group is repeated itself: a line of any length takes time
 * in proportion to it. A test holds them to that.
 */

export interface BuiltInClass {
  /** Stands in every line that one of the patterns matches; a test holds it to that. */
  readonly words: RegExp
  readonly patterns: readonly string[]
}

/** An HTTP status as an error reports it. A bare number is none: "processed 503 rows" is no failure. */
function status(codes: string, reasons: string): readonly string[] {
  return [
    // HTTP/1.1 503, HTTP Error 503: …, HTTP 503
    `\\bHTTP(?:/[\\d.]{1,9})?:? (?:[Ee]rror |[Ss]tatus |[Rr]esponse |[Cc]ode )?${codes}\\b`,
    // curl, git: The requested URL returned error: 503; wget: ERROR 503: …
    `\\breturned error: ${codes}\\b`,
    `\\bERROR ${codes}:`,
    // requests: 503 Server Error: …; httpx: Server error '503 …'; aiohttp: ClientResponseError: 503
    `\\b${codes} (?:Client|Server) Error: `,
    `\\b(?:Client|Server) error '${codes} `,
    `\\bClientResponseError: ${codes}\\b`,
    `\\btoo many ${codes} error responses`,
    // axios: status code 503; JSON and logs: "status": 503, status_code=503
    `(?i)\\bstatus(?:[ _-]?code)?["']?(?: |: ?|= ?|, ?)["']?${codes}\\b`,
    // aws: An error occurred (503) when calling …
    `\\bAn error occurred \\(${codes}\\) when calling`,
    `\\b${codes}:? (?:${reasons})\\b`,
  ]
}

/** Node dumps its table of all status codes with an error's request: `'429': 'Too Many Requests'`. */
const notInList = "(?i)(?:^|[^'\\w])"

export const builtInClasses: Readonly<Record<string, BuiltInClass>> = {
  'rate-limit': {
    words: /429|too ?many ?requests|limit|exceeded|throttling|slowdown/i,
    patterns: [
      ...status('429', 'Too Many Requests'),
      `${notInList}too many requests\\b`,
      '(?i)\\brate[- _]?limit(?:ed|ing)?[- _:]{0,3}(?:error|exceeded|reached|hit|exception)\\b',
      '(?i)\\b(?:rate|quota|request limit|usage limit) (?:was |has been )?exceeded\\b',
      '\\b(?:ThrottlingException|Throttling|RequestLimitExceeded|TooManyRequestsException|ProvisionedThroughputExceededException|SlowDown)\\b',
    ],
  },
  server: {
    words:
      /5\d\d|internal server|bad gateway|unavailable|gateway time|overloaded|error occurred|fatal: |deadlock|serialize/i,
    patterns: [
      ...status(
        '5\\d\\d',
        'Internal Server Error|Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?[Oo]ut',
      ),
      `${notInList}(?:internal server error|bad gateway|service (?:temporarily )?unavailable|gateway time-?out)\\b`,
      '(?i)\\boverloaded_error\\b',
      '\\bAn error occurred \\((?:InternalError|InternalFailure|InternalServerError|ServiceUnavailable|ServiceUnavailableException)\\)',
      'FATAL: {1,3}(?:sorry, too many clients already|remaining connection slots are reserved|the database system is (?:starting up|shutting down|in recovery mode))',
      'ERROR: {1,3}(?:deadlock detected|could not serialize access)',
    ],
  },
  timeout: {
    words: /timed|timeout|deadline/i,
    patterns: [
      '(?i)\\b(?:connection|operation|request|read|write|connect|query|job|command|statement|lock)? ?timed[ -]out\\b',
      '\\b(?:ETIMEDOUT|ESOCKETTIMEDOUT|UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT)\\b',
      '\\b(?:Read|Write|Connect|Pool|ServerT|SocketT|Gateway)?Timeout(?:Error|Exception|Expired)?(?: \\[|: |$)',
      '\\[TimeoutError\\]',
      '(?i)\\btimeout of \\d{1,12} ?ms exceeded\\b',
      '(?i)\\b(?:read|connect|connection) timeout on\\b',
      '\\bfailed: timeout expired\\b',
      'ERROR: {1,3}canceling statement due to (?:statement|lock) timeout',
      '(?i)\\b(?:deadline exceeded|aborted due to timeout)\\b',
    ],
  },
  connection: {
    words:
      /connect|resolve|host|network is|name (?:or|nor|resolution)|getaddrinfo|empty reply|no data|socket|other side|curl: |fetch failed|econn|enet|enotfound|eai_again|epipe/i,
    patterns: [
      '(?i)\\bconnection (?:was )?(?:refused|reset|aborted|closed by (?:remote host|peer|foreign host|\\S{1,200} port \\d{1,5}))\\b',
      '(?i)\\bconnection error\\b',
      '\\b(?:ECONNREFUSED|ECONNRESET|ECONNABORTED|EHOSTUNREACH|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_AGAIN|EPIPE|UND_ERR_SOCKET)\\b',
      "(?i)\\b(?:could not|couldn't|failed to|unable to|cannot|can't) (?:connect|resolve (?:host|hostname|proxy)|establish a new connection)\\b",
      '(?i)\\bcould not translate host name\\b',
      '(?i)\\b(?:name or service not known|temporary failure in name resolution|nodename nor servname provided|getaddrinfo failed)\\b',
      '(?i)\\b(?:no route to host|network is (?:unreachable|down)|host is (?:unreachable|down))\\b',
      '(?i)\\b(?:empty reply from server|no data received|socket hang up|other side closed|remote end closed connection|server disconnected)\\b',
      '(?i)\\bserver closed the connection unexpectedly\\b',
      '\\bConnect call failed\\b',
      '^psql: error: connection to server on socket .{1,200} failed: No such file or directory',
      '\\bcurl: \\((?:5|6|7|35|52|55|56|92)\\)',
      'FATAL: {1,3}terminating connection due to administrator command',
      'TypeError: fetch failed$',
      '(?i)\\bclient_loop: send disconnect\\b',
    ],
  },
  auth: {
    words:
      /40[13]|unauthori|authenticat|invalid|denied|no password|fatal: |host key|could not read|credentials|expired|signature|unrecognizedclient|certificate|self_signed|unable_to_/i,
    patterns: [
      ...status('40[13]', 'Unauthorized|Forbidden|Authorization Required'),
      '(?i)\\b(?:authentication failed|authentication (?:is )?required|invalid (?:api key|credentials|access token|token|username or password)|access denied)\\b',
      `${notInList}unauthori[sz]ed\\b`,
      '\\bPermission denied \\([a-z,-]{1,200}\\)',
      'ERROR: {1,3}permission denied for\\b',
      '\\bno password supplied\\b',
      'FATAL: {1,3}(?:role ".{0,200}" does not exist|no pg_hba\\.conf entry for)',
      '\\bHost key verification failed\\b',
      "\\bcould not read (?:Username|Password) for '",
      '\\b(?:Unable to locate credentials|NoCredentialsError|ExpiredToken|ExpiredTokenException|InvalidClientTokenId|SignatureDoesNotMatch|AccessDenied|AccessDeniedException|UnrecognizedClientException)\\b',
      '(?i)\\b(?:certificate verify failed|ssl certificate problem|certificate has expired|self[- ]signed certificate)\\b',
      '\\b(?:CERT_HAS_EXPIRED|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY)\\b',
    ],
  },
  'not-found': {
    words: /404|410|not found|does not exist|nosuch|resourcenotfound/i,
    patterns: [
      ...status('(?:404|410)', 'Not Found|Gone'),
      "^fatal: repository '.{0,1000}' not found",
      '(?:FATAL|ERROR): {1,3}(?:database|relation|table|schema|column|function) .{1,200} does not exist',
      '\\b(?:NoSuchBucket|NoSuchKey|ResourceNotFoundException)\\b',
    ],
  },
  validation: {
    words: /400|422|error: |validation|invalidparameter|malformedquery/i,
    patterns: [
      ...status('(?:400|422)', 'Bad Request|Unprocessable (?:Entity|Content)'),
      'ERROR: {1,3}(?:syntax error at|invalid input syntax|null value in column|new row for relation|duplicate key value violates)',
      '\\b(?:ValidationException|ValidationError|InvalidParameterValue|MalformedQueryString)\\b',
    ],
  },
}

/** A line that may say how long to wait; `retry-after.ts` reads it. */
export const retryAfterHint = /\bretry[ _-]?(?:after|in)|\btry again in \d/i
