import {type BuiltInClass, builtInClasses, retryAfterHint} from './builtin-patterns.js'
import {readLines} from './output-lines.js'
import {redactLine} from './redact.js'
import {parseRetryAfter, type RetryAfter} from './retry-after.js'

/**
 * Why a run failed, read from its output: the first class, in the order of their rank, of which any line matches. Own
 * classes outrank the built-in ones; a built-in one that the settings name again is theirs.
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
  /** The first line that showed it, at most 200 characters, secrets masked. */
  readonly evidence: string
}

export interface FailureFinding {
  /** Undefined: no line told why, the class is `unknown`. */
  readonly failure: Failure | undefined
  /** The last that the output asked for. */
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
  const {names, rankOf} = rankClasses(own)
  let best = names.length
  let evidence = ''
  let retryAfter: RetryAfter | undefined
  const lines = readLines((line) => {
    const rank = rankOf(line, best)
    if (rank < best) {
      best = rank
      evidence = redactLine(line)
    }
    if (retryAfterHint.test(line)) retryAfter = parseRetryAfter(line.slice(0, readForWait)) ?? retryAfter
  })
  return {
    push: lines.push,
    end: () => {
      lines.end()
      const name = names[best]
      return {failure: name === undefined ? undefined : {class: name, evidence}, retryAfter}
    },
  }
}

/** How long to wait is read from so many characters of a line. */
const readForWait = 4096

interface RankedClasses {
  readonly names: readonly string[]
  /** The first class that the line shows. Those from `best` on need not be looked for. */
  readonly rankOf: (line: string, best: number) => number
}

function rankClasses(own: OwnClasses | undefined): RankedClasses {
  const ownClasses = Object.entries(own?.patterns ?? {})
  const ranks = ownClasses.flatMap(([, sources], rank) => sources.map(() => rank))
  const match = own?.compile(ownClasses.flatMap(([, sources]) => sources))
  const others = Object.entries(builtInClasses).filter(([name]) => !Object.hasOwn(own?.patterns ?? {}, name))
  const matchers = others.map(([, one]) => matcherOf(one))
  const rankOf = (line: string, best: number) => {
    const shown = best > 0 && match ? match(line).map((place) => ranks[place] ?? best) : []
    if (shown.length > 0) return Math.min(...shown)
    const found = matchers.findIndex((matches, place) => ownClasses.length + place < best && matches(line))
    return found < 0 ? best : ownClasses.length + found
  }
  return {names: [...ownClasses, ...others].map(([name]) => name), rankOf}
}

/** Most outputs have no line with such words, and the patterns, most of the time, need not be compiled. */
function matcherOf({words, patterns}: BuiltInClass): (line: string) => boolean {
  let compiled: readonly RegExp[] | undefined
  return (line) => {
    if (!words.test(line)) return false
    compiled ??= patterns.map(asRegExp)
    return compiled.some((pattern) => pattern.test(line))
  }
}

/** A built-in pattern for JavaScript, of which not every version knows `(?i)`. */
function asRegExp(source: string): RegExp {
  return source.startsWith('(?i)') ? new RegExp(source.slice(4), 'i') : new RegExp(source)
}

/** The class of one text, such as an error's message. */
export function classifyText(text: string, own?: OwnClasses): FailureFinding {
  const search = searchFailures(own)
  search.push(new TextEncoder().encode(text))
  return search.end()
}
