import {
  builtInClasses,
  noFailure,
  retryAfterHint,
  sourceLine,
  statusTableLine,
  summaryLine,
} from './builtin-patterns.js'
import {failureWords} from './failure-words.js'
import {searchHints} from './hints.js'
import {readLines} from './output-lines.js'
import type {PatternGroup} from './pattern-parts.js'
import {redactLine} from './redact.js'
import {parseRetryAfter, type RetryAfter} from './retry-after.js'

/**
 * Why a run failed, read from its output: the last line that shows any class decides, because a program often survives
 * what it reported before. Lines without a class do not matter. Own classes outrank the built-in ones wherever they
 * show, because the settings say what this job's failures need; on one line the first of several wins. A built-in class
 * that the settings name again is theirs.
 */

/** Own classes in the order of their rank → patterns, as the settings have them. */
export type FailurePatterns = Readonly<Record<string, readonly string[]>>

/** Which of the patterns a line matches, by their place in the list. */
type MatchLine = (line: string) => readonly number[]

/** Makes patterns ready to be searched, in time proportional to the text. One that cannot be used matches nothing. */
export type CompilePatterns = (sources: readonly string[]) => MatchLine

interface OwnClasses {
  readonly patterns: FailurePatterns
  readonly compile: CompilePatterns
}

interface Failure {
  readonly class: string
  /** The first of the lines at the end that show this class and no other, at most 200 characters, secrets masked. */
  readonly evidence: string
}

export interface FailureFinding {
  /** Undefined if no line shows a class, which is then `unknown`. */
  readonly failure: Failure | undefined
  /** The last one in the output. */
  readonly retryAfter: RetryAfter | undefined
}

export interface FailureSearch {
  /** Takes the next bytes of the output, cut anywhere. */
  push(bytes: Uint8Array): void
  /** Ends the output and says what was found. Memory is bounded whatever came. */
  end(): FailureFinding
}

/** Begins a search for the built-in classes and, before them, own ones. */
export function searchFailures(own?: OwnClasses): FailureSearch {
  const {ownClassOf, builtInClassOf} = classesOf(own)
  let ownFailure: Failure | undefined
  let failure: Failure | undefined
  const hints = searchHints(own?.patterns ?? {})
  let retryAfter: RetryAfter | undefined
  const lines = readLines((line) => {
    const ownClass = ownClassOf(line)
    if (ownClass !== undefined && ownClass !== ownFailure?.class)
      ownFailure = {class: ownClass, evidence: redactLine(line)}
    if (!ownFailure && mayFail(line)) {
      const found = builtInClassOf(line)
      const isNews = found !== undefined && found !== failure?.class && !(failure && summaryLine.test(line))
      if (isNews) failure = {class: found, evidence: redactLine(line)}
      if (!failure) hints.push(line)
    }
    if (retryAfterHint.test(line)) retryAfter = parseRetryAfter(line.slice(0, readForWait)) ?? retryAfter
  })
  return {
    push: lines.push,
    end: () => {
      lines.end()
      return {failure: ownFailure ?? failure ?? hinted(hints.end()), retryAfter}
    },
  }
}

function hinted(hint: {readonly class: string; readonly line: string} | undefined): Failure | undefined {
  return hint && {class: hint.class, evidence: redactLine(hint.line)}
}

/** Whether a line has words of a failure and is no part of a table or of a program's source. */
function mayFail(line: string): boolean {
  return failureWords.test(line) && !statusTableLine.test(line) && !sourceLine.test(line)
}

/** How long to wait is read from so many characters of a line. */
const readForWait = 4096

/** Two functions that give the first class a line shows, or undefined: one of the settings, one of the built-in ones. */
function classesOf(own: OwnClasses | undefined) {
  const ownClasses = Object.entries(own?.patterns ?? {})
  const namesByPlace = ownClasses.flatMap(([name, sources]) => sources.map(() => name))
  const match = own?.compile(ownClasses.flatMap(([, sources]) => sources))
  const builtIn = Object.entries(builtInClasses)
    .filter(([name]) => !Object.hasOwn(own?.patterns ?? {}, name))
    .map(([name, groups]) => ({name, matchers: groups.map(matcherOf)}))
  return {
    ownClassOf: (line: string) => {
      const places = match?.(line) ?? []
      return places.length > 0 ? namesByPlace[Math.min(...places)] : undefined
    },
    builtInClassOf: (line: string) => {
      const searched = line.replace(noFailure, '')
      return builtIn.find(({matchers}) => matchers.some((matches) => matches(searched)))?.name
    },
  }
}

/** Most outputs have no line with such words, and the patterns, most of the time, need not be compiled. */
function matcherOf({words, patterns}: PatternGroup): (line: string) => boolean {
  let compiled: readonly RegExp[] | undefined
  return (line) => {
    if (!words.test(line)) return false
    compiled ??= joined(patterns)
    return compiled.some((pattern) => pattern.test(line))
  }
}

/** Two expressions of all the patterns, because together they are searched faster. Not every JavaScript knows `(?i)`. */
function joined(patterns: readonly string[]): readonly RegExp[] {
  const anyCase = patterns.filter((source) => source.startsWith('(?i)')).map((source) => source.slice(4))
  const exact = patterns.filter((source) => !source.startsWith('(?i)'))
  return [
    ...(exact.length > 0 ? [new RegExp(exact.join('|'))] : []),
    ...(anyCase.length > 0 ? [new RegExp(anyCase.join('|'), 'i')] : []),
  ]
}

/** The class of one text, such as an error's message. */
export function classifyText(text: string, own?: OwnClasses): FailureFinding {
  const search = searchFailures(own)
  search.push(new TextEncoder().encode(text))
  return search.end()
}
