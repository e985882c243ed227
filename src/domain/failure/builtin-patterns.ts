/**
 * How programs say why they failed: the built-in failure classes, in the order in which they are believed when a
 * line shows several. Collected from what curl, wget, Python (requests, urllib3, httpx, aiohttp, asyncio), Node
 * (fetch, undici, axios), psql, ssh, git and aws print; `test/fixtures/failure-messages` and `tool-messages` hold real messages.
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

/** An HTTP status as an error reports it. A bare number is not one: "processed 503 rows" reports no failure. */
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
    // nginx, apt and anything else: 404 Not Found
    `(?i)\\b${codes}:? {1,3}(?:${reasons})\\b`,
    // SDKs: Error code: 503; Google's: google.api_core.exceptions.TooManyRequests: 429 …
    `(?i)\\berror code: ${codes}\\b`,
    `\\bexceptions\\.\\w{1,60}: ${codes} `,
    // npm error code E404, lftp: Access failed: 404
    `\\bnpm (?:error|ERR!) code E${codes}\\b`,
    `\\bAccess failed: ${codes} `,
  ]
}

/** Node dumps its table of all status codes with an error's request: `'429': 'Too Many Requests',`. */
export const statusTableLine = /^\s{0,40}'[1-5]\d\d': .{1,60}$/

export const builtInClasses: Readonly<Record<string, BuiltInClass>> = {
  'rate-limit': {
    words: /429|too ?many ?requests|limit|exceeded|exhausted|throttl|slowdown|too many|flood/i,
    patterns: [
      ...status('429', 'Too Many Requests'),
      '(?i)\\btoo many requests\\b',
      '(?i)\\brate[- _]?limit(?:ed|ing)?[- _:]{0,3}(?:error|exceeded|reached|hit|exception)\\b',
      '(?i)\\b(?:rate|quota|request limit|usage limit) (?:was |has been )?exceeded\\b',
      '(?i)\\b(?:toomanyrequests|ratelimited|being rate limited|flood control exceeded|too many \\w{1,40} already issued|exceeded (?:the|your) (?:\\w{1,20} )?(?:rate|quota))\\b',
      '\\b(?:ThrottlingException|Throttling|ThrottledException|RequestThrottled|RequestThrottledException|RequestLimitExceeded|TooManyRequestsException|ProvisionedThroughputExceededException|LimitExceededException|BandwidthLimitExceeded|SlowDown)\\b',
      '\\b(?:code = |exceptions\\.)ResourceExhausted\\b',
      '\\bStatusCode\\.RESOURCE_EXHAUSTED\\b',
    ],
  },
  server: {
    words:
      /5\d\d|internal server|bad gateway|unavailable|gateway time|internalserver|overloaded|error occurred|fatal: |deadlock|serialize|too many connections|loading|statuscode\.|code = int|too many|error\(5/i,
    patterns: [
      ...status(
        '5\\d\\d',
        'Internal Server Error|Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?[Oo]ut',
      ),
      '(?i)\\b(?:internal server error|bad gateway|service (?:temporarily )?unavailable|gateway time-?out)\\b',
      '(?i)\\boverloaded_error\\b',
      '\\bAn error occurred \\((?:InternalError|InternalFailure|InternalServerError|ServiceUnavailable|ServiceUnavailableException|InternalServiceError|RequestTimeoutException)\\)',
      '\\bInternalServerError(?:: |$)',
      'Error\\(5\\d\\d, ',
      '(?i)\\btoo many simultaneous\\b',
      '\\b(?:StatusCode\\.(?:UNAVAILABLE|INTERNAL)|code = Internal)\\b',
      '(?i)\\btoo many connections\\b',
      '\\b(?:BusyLoadingError: |LOADING Redis is loading)',
      'FATAL: {1,3}(?:sorry, too many clients already|remaining connection slots are reserved|the database system is (?:starting up|shutting down|in recovery mode))',
      'ERROR: {1,3}(?:deadlock detected|could not serialize access)',
    ],
  },
  timeout: {
    words: /timed|timeout|deadline|curl: |expired/i,
    patterns: [
      '(?i)\\b(?:connection|operation|request|read|write|connect|query|job|command|statement|lock)? ?timed[ -]out\\b',
      '\\b(?:ETIMEDOUT|ESOCKETTIMEDOUT|UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT)\\b',
      '\\b(?:[A-Z]\\w{0,30})?Timeout(?:Error|Exception|Expired)?(?: \\[|: \\D|:?$)',
      '(?i)\\b(?:i/o|io|tls handshake|handshake|lock wait|wait|idle|connect|connection|read|write|request|response|socket) timeout(?: (?:exceeded|expired|reached|after|on|error)\\b|$|[,:)])',
      '\\bClient\\.Timeout exceeded\\b',
      '\\brsync error: timeout ',
      '\\ba timeout was exceeded\\b',
      '\\b(?:code = DeadlineExceeded|StatusCode\\.DEADLINE_EXCEEDED)\\b',
      '\\bcurl: \\(28\\)',
      '(?i)\\b(?:timeout (?:while|to host|waiting)|deadline has elapsed|execution expired)\\b',
      ': timeout$',
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
      /connect|resolve|host|network is|name (?:or|nor|resolution)|getaddrinfo|empty reply|no data|socket|other side|curl: |fetch failed|dial tcp|broken ?pipe|closed|disconnect|incomplete|chunked|protocol|readerror|writeerror|rsync|hung up|eof|unavailable|failure resolving|gone away|error 20|econn|tcp|enet|enotfound|eai_again|epipe|networkerror|nobrokers|connection|nt_status|misbehaving|servers available|contact|unreachable/i,
    patterns: [
      '(?i)\\bconnection (?:was )?(?:refused|reset|aborted|closed by (?:remote host|peer|foreign host|\\S{1,200} port \\d{1,5}))\\b',
      '(?i)\\bconnection error\\b',
      '\\b(?:[A-Z]\\w{0,20})?(?:Connection(?:Error|RefusedError|ResetError|AbortedError|Closed|ClosedError)|BrokenPipeError|RemoteDisconnected|ServerDisconnected|ServerDisconnectedError|IncompleteRead|ChunkedEncodingError|ProtocolError|ConnectError|ReadError|WriteError|ConnectException|SocketException|SocketError|UnknownHostException|NoRouteToHostException)(?:: |\\(|$)',
      '(?i)\\bthe connection to the server \\S{1,200} was refused\\b',
      '(?i)\\b(?:lost connection to|connection (?:unexpectedly closed|lost|broken)|transfer closed with|broken pipe|server has gone away|unknown server host|no such host|temporary failure resolving)\\b',
      '\\b(?:dial|read|write) tcp\\b.{1,200}: (?:connect|dial|lookup|read|write)\\b',
      ': (?:unexpected )?EOF$',
      '\\bcode = Unavailable\\b',
      '\\((?:Connection|Network)Error\\)',
      '\\b(?:NetworkError|NoBrokersAvailable|ConnectionDoesNotExistError): ',
      '(?i)\\bconnection to \\S{1,200} (?:failed|refused|lost)\\b',
      '(?i)\\b(?:NT_STATUS_HOST_UNREACHABLE|server misbehaving|no servers available|cluster unreachable)\\b',
      "(?i)\\bcan't contact\\b",
      '\\bERROR 20(?:0[2356]|13|55) \\(',
      '\\brsync error: .{1,80} \\(code (?:10|12|255)\\)',
      '\\bthe remote end hung up unexpectedly\\b',
      '\\b(?:ECONNREFUSED|ECONNRESET|ECONNABORTED|EHOSTUNREACH|ENETUNREACH|ENETDOWN|ENOTFOUND|EAI_AGAIN|EPIPE|UND_ERR_SOCKET)\\b',
      "(?i)\\b(?:could not|couldn't|failed to|unable to|cannot|can't) (?:connect|resolve (?:host|hostname|proxy)|establish a new connection)\\b",
      '(?i)\\bcould not translate host name\\b',
      '(?i)\\b(?:name or service not known|temporary failure in name resolution|nodename nor servname provided|getaddrinfo failed)\\b',
      '(?i)\\b(?:no route to host|network is (?:unreachable|down)|host is (?:unreachable|down))\\b',
      '(?i)\\b(?:empty reply from server|no data received|socket hang up|other side closed|remote end closed connection|server disconnected)\\b',
      '(?i)\\bserver closed the connection unexpectedly\\b',
      '\\bConnect call failed\\b',
      '^psql: error: connection to server on socket .{1,200} failed: No such file or directory',
      '\\bcurl: \\((?:5|6|7|16|18|35|52|55|56|92|95|96)\\)',
      'FATAL: {1,3}terminating connection due to administrator command',
      'TypeError: fetch failed$',
      '(?i)\\bclient_loop: send disconnect\\b',
    ],
  },
  auth: {
    words:
      /40[13]|unauthori|authenticat|invalid|denied|no password|fatal: |host key|could not read|credentials|expired|signature|unrecognizedclient|certificate|self_signed|unable_to_|unauth|noauth|wrongpass|noperm|forbidden|permission|authori|auth failed|needauth|access key|authfailure|requestexpired|log(?:o|i)n|logged in|bad cred|active account|token|valid credential/i,
    patterns: [
      ...status('40[13]', 'Unauthorized|Forbidden|Authorization Required'),
      '(?i)\\b(?:authentication failed|authentication (?:is )?required|invalid (?:api key|credentials|access token|token|username or password)|access denied)\\b',
      '(?i)\\bunauthori[sz]ed\\b',
      '\\bPermission denied \\([a-z,-]{1,200}\\)',
      'ERROR: {1,3}permission denied for\\b',
      '\\b(?:[A-Z]\\w{0,20})?(?:AuthenticationError|PermissionDeniedError|CredentialsError)(?:: |$)',
      '(?i)\\b(?:too many authentication failures|not authorized to perform|auth failed on module|access key id you provided does not exist|requested access to the resource is denied)\\b',
      '\\b(?:NOAUTH|WRONGPASS|NOPERM) ',
      '(?i)(?:\\b|_)(?:bad credentials|no valid credential|login (?:failed|incorrect)|logon_failure|not authorized|not logged in|active account selected|token (?:has |is )?(?:expired|invalid))\\b',
      '\\bInvalidToken: ',
      '\\bError from server \\(Forbidden\\)',
      '\\b(?:code = (?:Unauthenticated|PermissionDenied)|StatusCode\\.(?:UNAUTHENTICATED|PERMISSION_DENIED)|ENEEDAUTH)\\b',
      '\\bno password supplied\\b',
      'FATAL: {1,3}(?:role ".{0,200}" does not exist|no pg_hba\\.conf entry for)',
      '\\bHost key verification failed\\b',
      "\\bcould not read (?:Username|Password) for '",
      '\\b(?:Unable to locate credentials|NoCredentialsError|ExpiredToken|ExpiredTokenException|InvalidClientTokenId|SignatureDoesNotMatch|AccessDenied|AccessDeniedException|UnrecognizedClientException|UnauthorizedOperation|AuthFailure|InvalidAccessKeyId|RequestExpired|IncompleteSignature|MissingAuthenticationToken)\\b',
      '(?i)\\b(?:certificate verify failed|ssl certificate problem|certificate has expired|self[- ]signed certificate)\\b',
      '\\b(?:CERT_HAS_EXPIRED|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY)\\b',
    ],
  },
  'not-found': {
    words:
      /404|410|not ?found|not be found|does not exist|no ?such|manifest unknown|unknown (?:database|module)|unable to locate|no matching|could not find|not_found|resolve to|notfound|urls matched/i,
    patterns: [
      ...status('(?:404|410)', 'Not Found|Gone'),
      "^fatal: repository '.{0,1000}' not found",
      '(?:FATAL|ERROR): {1,3}(?:database|relation|table|schema|column|function) .{1,200} does not exist',
      '\\b(?:NoSuch(?:Bucket|Key|Entity|Upload|HostedZone|LifecycleConfiguration)|NoSuchEntityException)\\b',
      '\\b(?:[A-Z]\\w{0,30})?NotFoundException\\b',
      '\\(.{0,60}NotFound\\)',
      '\\bNotFoundError: ',
      '(?i)\\b(?:repository|directory|object|bucket|resource|project|chart|model) (?:\\S{1,100} )?not found\\b',
      '\\bCould not resolve to an? ',
      '\\bNo URLs matched: ',
      '\\bcould not find `\\S{1,100}` in registry\\b',
      '\\bmanifest unknown\\b',
      '\\bNo such (?:container|image|volume|network): ',
      '\\bUnit \\S{1,200} (?:not found|could not be found)\\b',
      "\\b(?:Unknown database|Unknown module) '",
      '\\bUnable to locate package\\b',
      '\\b(?:No matching distribution found for|Could not find a version that satisfies)\\b',
      '\\b(?:code = NotFound|StatusCode\\.NOT_FOUND)\\b',
    ],
  },
  validation: {
    words: /400|422|error: |validation|invalid|malformedquery|missingschema|unprocessable|usage error|error 1/i,
    patterns: [
      ...status('(?:400|422)', 'Bad Request|Unprocessable (?:Entity|Content)'),
      'ERROR: {1,3}(?:syntax error at|invalid input syntax|null value in column|new row for relation|duplicate key value violates)',
      '\\b(?:ValidationException|ValidationError|InvalidParameterValue|InvalidParameterException|InvalidParameterCombination|MalformedQueryString)\\b',
      '\\b(?:BadRequestError|UnprocessableEntityError|InvalidURL|InvalidSchema|MissingSchema): ',
      '(?i)\\b(?:invalid_request_error|unprocessable entity)\\b',
      '\\brsync error: syntax or usage error\\b',
      '\\bERROR (?:1064|1062|1366) \\(',
      '\\b(?:code = InvalidArgument|StatusCode\\.INVALID_ARGUMENT)\\b',
    ],
  },
}

/** Lines in which a program sums up what it said before (axios calls its timeouts ECONNABORTED). They decide only if no line before them has a class. */
export const summaryLine =
  /the remote end hung up unexpectedly|rsync: connection unexpectedly closed|rsync error: .{1,80} \(code (?:12|255)\)|^(?:scp: )?Connection closed|^ {1,8}code: 'ECONNABORTED'/

/** A line that may say how long to wait; `retry-after.ts` reads it. */
export const retryAfterHint = /\bretry[ _-]?(?:after|in)|\btry again in \d/i
