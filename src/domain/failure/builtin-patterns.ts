/**
 * How programs say why they failed: the built-in failure classes, in the order in which they are believed when an
 * output shows several. Collected from what curl, wget, Python (requests, urllib3, httpx, aiohttp, asyncio), Node
 * (fetch, undici, axios), psql, ssh, git and aws print; `test/fixtures/failure-messages` holds the real messages.
 */

/** An HTTP status as an error reports it. A bare number is none: "processed 503 rows" is no failure. */
function status(codes: string, reasons: string): readonly string[] {
  return [
    // HTTP/1.1 503, HTTP Error 503: …, HTTP 503
    `\\bHTTP(?:/[\\d.]+)?:? (?:[Ee]rror |[Ss]tatus |[Rr]esponse |[Cc]ode )?${codes}\\b`,
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

export const builtInClasses: Readonly<Record<string, readonly string[]>> = {
  'rate-limit': [
    ...status('429', 'Too Many Requests'),
    `${notInList}too many requests\\b`,
    '(?i)\\brate[- _]?limit(?:ed|ing)?[- _:]*(?:error|exceeded|reached|hit|exception)\\b',
    '(?i)\\b(?:rate|quota|request limit|usage limit) (?:was |has been )?exceeded\\b',
    '\\b(?:ThrottlingException|Throttling|RequestLimitExceeded|TooManyRequestsException|ProvisionedThroughputExceededException|SlowDown)\\b',
  ],
  server: [
    ...status('5\\d\\d', 'Internal Server Error|Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?[Oo]ut'),
    `${notInList}(?:internal server error|bad gateway|service (?:temporarily )?unavailable|gateway time-?out)\\b`,
    '(?i)\\boverloaded_error\\b',
    '\\bAn error occurred \\((?:InternalError|InternalFailure|InternalServerError|ServiceUnavailable|ServiceUnavailableException)\\)',
    'FATAL: +(?:sorry, too many clients already|remaining connection slots are reserved|the database system is (?:starting up|shutting down|in recovery mode))',
    'ERROR: +(?:deadlock detected|could not serialize access)',
  ],
  timeout: [
    '(?i)\\b(?:connection|operation|request|read|write|connect|query|job|command|statement|lock)? ?timed[ -]out\\b',
    '\\b(?:ETIMEDOUT|ESOCKETTIMEDOUT|UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT)\\b',
    '\\b(?:Read|Write|Connect|Pool|ServerT|SocketT|Gateway)?Timeout(?:Error|Exception|Expired)?(?: \\[|: |$)',
    '\\[TimeoutError\\]',
    '(?i)\\btimeout of \\d+ ?ms exceeded\\b',
    '(?i)\\b(?:read|connect|connection) timeout on\\b',
    '\\bfailed: timeout expired\\b',
    'ERROR: +canceling statement due to (?:statement|lock) timeout',
    '(?i)\\b(?:deadline exceeded|aborted due to timeout)\\b',
  ],
  connection: [
    '(?i)\\bconnection (?:was )?(?:refused|reset|aborted|closed by (?:remote host|peer|foreign host|\\S+ port \\d+))\\b',
    '(?i)\\bconnection error\\b',
    '\\b(?:ECONNREFUSED|ECONNRESET|ECONNABORTED|EHOSTUNREACH|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_AGAIN|EPIPE|UND_ERR_SOCKET)\\b',
    "(?i)\\b(?:could not|couldn't|failed to|unable to|cannot|can't) (?:connect|resolve (?:host|hostname|proxy)|establish a new connection)\\b",
    '(?i)\\bcould not translate host name\\b',
    '(?i)\\b(?:name or service not known|temporary failure in name resolution|nodename nor servname provided|getaddrinfo failed)\\b',
    '(?i)\\b(?:no route to host|network is (?:unreachable|down)|host is (?:unreachable|down))\\b',
    '(?i)\\b(?:empty reply from server|no data received|socket hang up|other side closed|remote end closed connection|server disconnected)\\b',
    '(?i)\\bserver closed the connection unexpectedly\\b',
    '\\bConnect call failed\\b',
    '^psql: error: connection to server on socket .* failed: No such file or directory',
    '\\bcurl: \\((?:5|6|7|35|52|55|56|92)\\)',
    'FATAL: +terminating connection due to administrator command',
    'TypeError: fetch failed$',
    '(?i)\\bclient_loop: send disconnect\\b',
  ],
  auth: [
    ...status('40[13]', 'Unauthorized|Forbidden|Authorization Required'),
    '(?i)\\b(?:authentication failed|authentication (?:is )?required|invalid (?:api key|credentials|access token|token|username or password)|access denied)\\b',
    `${notInList}unauthori[sz]ed\\b`,
    '\\bPermission denied \\((?:[a-z-]+,?)+\\)',
    'ERROR: +permission denied for\\b',
    '\\bno password supplied\\b',
    'FATAL: +(?:role ".*" does not exist|no pg_hba\\.conf entry for)',
    '\\bHost key verification failed\\b',
    "\\bcould not read (?:Username|Password) for '",
    '\\b(?:Unable to locate credentials|NoCredentialsError|ExpiredToken|ExpiredTokenException|InvalidClientTokenId|SignatureDoesNotMatch|AccessDenied|AccessDeniedException|UnrecognizedClientException)\\b',
    '(?i)\\b(?:certificate verify failed|ssl certificate problem|certificate has expired|self[- ]signed certificate)\\b',
    '\\b(?:CERT_HAS_EXPIRED|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY)\\b',
  ],
  'not-found': [
    ...status('(?:404|410)', 'Not Found|Gone'),
    "^fatal: repository '.*' not found",
    '(?:FATAL|ERROR): +(?:database|relation|table|schema|column|function) .* does not exist',
    '\\b(?:NoSuchBucket|NoSuchKey|ResourceNotFoundException)\\b',
  ],
  validation: [
    ...status('(?:400|422)', 'Bad Request|Unprocessable (?:Entity|Content)'),
    'ERROR: +(?:syntax error at|invalid input syntax|null value in column|new row for relation|duplicate key value violates)',
    '\\b(?:ValidationException|ValidationError|InvalidParameterValue|MalformedQueryString)\\b',
  ],
}

/** Lines that may say how long to wait; `retry-after.ts` reads them. */
export const retryAfterHints: readonly string[] = ['(?i)\\bretry[ _-]?(?:after|in)', '(?i)\\btry again in \\d']
