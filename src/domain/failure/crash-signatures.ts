import {redactLine} from './redact.js'

/**
 * Marks that a program leaves at the end of its output when it crashed rather than ended. They matter because crashes
 * share their exit codes with verdicts: an uncaught error in Python, Node, Ruby or Java exits 1 (degraded by default),
 * a Go panic, a shell's syntax error and a Perl `die` after a missing file exit 2 (unhealthy by default).
 */

/** How much of the output's end `findCrash` reads, in bytes. */
export const crashTailBytes = 16 * 1024

type Detector = (lines: readonly string[]) => string | undefined

/** Looks for a crash at the end of `tail`, the last `crashTailBytes` of a run's output. @returns what crashed and why, at most 200 characters; undefined if nothing did */
export function findCrash(tail: string): string | undefined {
  const lines = tail.slice(-crashTailBytes).replace(ansiColours, '').split(/\r?\n/)
  while (lines.length > 0 && lines.at(-1)?.trim() === '') lines.pop()
  for (const detect of detectors) {
    const crash = detect(lines)
    if (crash !== undefined) return redactLine(crash)
  }
  return undefined
}

const ansiColours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')
const atColumnZero = /^\S/

/** An uncaught error's traceback ends the output (Python flushes the rest before it). One that a log line introduces was caught. */
function python(lines: readonly string[]): string | undefined {
  const start = lines.lastIndexOf('Traceback (most recent call last):')
  if (start < 0) return undefined
  const error = lines.findIndex((line, index) => index > start && atColumnZero.test(line))
  if (error < 0 || !pythonError.test(lines[error] ?? '')) return undefined
  const endsOutput = lines.slice(error + 1).every((line) => !atColumnZero.test(line))
  const first = firstOfChain(lines, start)
  const wasLogged = logLine.test(lines[first - 1] ?? '')
  return endsOutput && !wasLogged ? `Python traceback: ${lines[error]}` : undefined
}

const pythonError = /^[A-Za-z_][\w.]*(?:: .*|:)?$/
const logLine = /\b(?:ERROR|CRITICAL|FATAL|EXCEPTION|WARN(?:ING)?)\b/

/** Where the first of several tracebacks chained by "During handling …" or "The above exception …" begins. */
function firstOfChain(lines: readonly string[], start: number): number {
  const joint = lines.slice(0, start).findLastIndex((line) => chained.test(line))
  if (joint < 0 || start - joint > 2) return start
  const earlier = lines.slice(0, joint).lastIndexOf('Traceback (most recent call last):')
  return earlier < 0 ? start : firstOfChain(lines, earlier)
}

const chained = /^(?:During handling of the above exception|The above exception was the direct cause)/

/** A script that does not compile has no traceback. */
function pythonSyntax(lines: readonly string[]): string | undefined {
  const last = lines.at(-1) ?? ''
  if (/^(?:\S*\/)?python[\d.]*: can't open file /.test(last)) return last
  const compiles = !/^(?:SyntaxError|IndentationError|TabError): /.test(last)
  return compiles || !lines.slice(-5).some((line) => /^ {2}File ".*", line \d+/.test(line)) ? undefined : last
}

/** Since version 17 Node ends its report of an uncaught error with its own version; npm may say more. */
function node(lines: readonly string[]): string | undefined {
  const footer = lines.findLastIndex((line) => !/^(?:npm |$)/.test(line))
  if (!/^Node\.js v\d+\.\d+/.test(lines[footer] ?? '')) return undefined
  const report = lines.slice(0, footer)
  const error = report.findLastIndex((line) => /^(?:Uncaught )?[A-Z]\w*(?:Error|Exception|Rejection)?\b.*:/.test(line))
  return `uncaught error in Node: ${report[error] ?? report.findLast((line) => line.trim() !== '') ?? ''}`
}

function go(lines: readonly string[]): string | undefined {
  const start = lines.findLastIndex((line) => /^(?:panic|fatal error): /.test(line))
  if (start < 0 || !lines.slice(start).some((line) => /^goroutine \d+ /.test(line))) return undefined
  return /^(?:\t|exit status \d+$|created by )/.test(lines.at(-1) ?? '') ? `Go ${lines[start]}` : undefined
}

function java(lines: readonly string[]): string | undefined {
  const notLoaded = lines
    .slice(-2)
    .find((line) => /^Error: (?:Could not find or load main class|Unable to access jarfile) /.test(line))
  if (notLoaded !== undefined) return notLoaded
  const start = lines.findLastIndex((line) => /^Exception in thread "[^"]*" /.test(line))
  if (start < 0) return undefined
  const endsOutput = lines.slice(start + 1).every((line) => /^(?:\s|Caused by: )/.test(line))
  return endsOutput ? lines[start] : undefined
}

function ruby(lines: readonly string[]): string | undefined {
  const start = lines.findLastIndex((line) => !/^\s+(?:from |\d+: from )/.test(line))
  const line = lines[start] ?? ''
  return /^\S+:\d+:in .*\([A-Z][\w:]*\)$/.test(line) ? `Ruby: ${line}` : undefined
}

/** Also what `warn` prints; as the last words of a program that failed it is taken for `die`. */
function perl(lines: readonly string[]): string | undefined {
  const last = lines.at(-1) ?? ''
  const died = / at \S+ line \d+(?:, <\w+> (?:line|chunk) \d+)?\.$/.test(last)
  return died || /^Can't open perl script /.test(last) ? `Perl: ${last}` : undefined
}

/** bash: `x.sh: line 3: syntax error near …`; dash: `x.sh: 3: Syntax error: …`. Both exit 2. */
function shell(lines: readonly string[]): string | undefined {
  return lines.slice(-2).find((line) => /: (?:line )?\d+: [Ss]yntax error\b/.test(line))
}

/** What a shell says of a child that a fault of its memory or of its instructions ended. */
function fault(lines: readonly string[]): string | undefined {
  const last = lines.at(-1) ?? ''
  return /(?:^|\s)(?:Segmentation fault|Bus error|Illegal instruction|Aborted)(?: +\(core dumped\))?(?:\s|$)/.test(last)
    ? last
    : undefined
}

const detectors: readonly Detector[] = [python, pythonSyntax, node, go, java, ruby, perl, shell, fault]
