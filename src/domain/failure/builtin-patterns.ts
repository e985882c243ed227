import {outageClasses} from './outage-patterns.js'
import type {PatternClass} from './pattern-parts.js'
import {refusalClasses} from './refusal-patterns.js'

/**
 * How programs say why they failed: the built-in failure classes, in the order in which they are believed when a
 * line shows several. They name the usual forms (statuses, exceptions, errno, SQLSTATE, gRPC and SMTP codes, the wording
 * of TLS and DNS) rather than single sentences; `test/fixtures/failure-messages` and `tool-messages` hold messages.
 *
 * JavaScript's own regular expressions search them, which are ready at once but go back in the text to try again. So no
 * part of a pattern repeats without a bound, and no repeated group is repeated itself: a line of any length takes time
 * in proportion to it. A test holds them to that.
 */
export const builtInClasses: Readonly<Record<string, PatternClass>> = {
  'rate-limit': outageClasses['rate-limit'],
  server: outageClasses.server,
  // "Unable to connect: certificate has expired" is refused; that it could not connect only wraps the cause.
  ...refusalClasses,
  timeout: outageClasses.timeout,
  connection: outageClasses.connection,
}

/** Node dumps its table of all status codes with an error's request: `'429': 'Too Many Requests',`. */
export const statusTableLine = /^\s{0,40}'[1-5]\d\d': .{1,60}$/

/** A line of a program's source or of its stack, which tracebacks quote. */
export const sourceLine = /^\s{1,60}(?:raise|except|throw|at|from) \S/

/** Lines in which a program sums up what it said before (axios calls its timeouts ECONNABORTED). They decide only if no line before them has a class. */
export const summaryLine =
  /^fatal: (?:Could not read from remote repository|fetch-pack: invalid index-pack output)|the remote end hung up unexpectedly|rsync: connection unexpectedly closed|rsync error: .{1,80} \(code (?:12|255)\)|^(?:scp: )?Connection closed|^ {1,8}code: 'ECONNABORTED'/

/** A line that may say how long to wait; `retry-after.ts` reads it. */
export const retryAfterHint = /\bretry[ _-]?(?:after|in)|\btry again in \d/i

/**
 * Texts that have the words of a failure and report none, such as `0 access denied`, `removed 3 expired tokens`, or one of
 * no class, such as `command not found`. They are taken out of a line before it is searched.
 */
export const noFailure =
  /(?<![.\d])\b(?:(?:0|zero|no|none|without|without any) (?:[\w-]{1,30} )?(?:[\w-]{1,30} )?(?:errors?|failures?|failed|timeouts?|timed out|denied|rejected|refused|invalid|expired|missing|exceptions?|lost|dropped|limited)\b|0 [\w-]{1,30} (?:[\w-]{1,30} )?not found\b|(?:skipp|remov|delet|ignor|dropp|clean|purg|prun|revok)(?:ed|ing)(?: up)? (?:\d{1,9} |all |any )?(?:[\w-]{1,30} )?(?:[\w-]{1,30} )?(?:invalid|expired|unknown|missing|duplicate|unauthorized|failed|broken)\b|(?:command|atom|executable file|directory signature) not found|\bat (?:row|line|byte|offset|position|index)[: ]{1,2}\d{1,12}\b|zsh: no matches found|syntax error near unexpected token|well-formed \(invalid token\)|\bHost \S{1,200} not found: |\d{1,6}: [\w./-]{1,100}: not found$|cannot find -l\w{1,30}|\b(?:invalid|failed|rejected|missing|expired)\b.{0,60}[:=] ?0$|Resource temporarily unavailable|^(?:E {1,9})?AssertionError: .{0,300}|\bfound \d{1,9} (?:[\w-]{1,30} )?(?:with )?(?:invalid|expired|unknown|missing|duplicate|unauthorized|failed|broken) [\w-]{1,30}|[,:;] (?:refused|unreachable|failed|lost|denied): ?0\b|\b\w{1,30}_(?:count|total)=0\b|\b0 unreachable|SyntaxError: invalid syntax|invalid literal for|(?:errors?|failed|failures|timeouts|rejected|denied)[:=] ?0\b|not found in (?:the )?cache|index out of range|unexpected EOF while looking for|(?:disk|storage|mailbox) ?quota (?:has been |is |was )?exceeded|storageQuotaExceeded|is over quota)/gi
