import {builtInWords} from '../failure-words.js'
import {type PatternNode, parsePattern} from '../pattern.js'
import {searchLines} from '../pattern-set.js'
import {requiredWords} from '../required-words.js'
import {builtInClasses, retryAfterHints} from './builtin-patterns.js'
import {redactLine} from './redact.js'
import {parseRetryAfter, type RetryAfter} from './retry-after.js'

/**
 * Why a run failed, read from its output: the first class, in the order of their rank, of which any line matches. Own
 * classes outrank the built-in ones; a built-in one that the settings name again is theirs.
 */

/** Own classes in the order of their rank → patterns, as the settings have them. */
type FailurePatterns = Readonly<Record<string, readonly string[]>>

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

/** Says in one sentence why a pattern cannot be used, or undefined. */
export function patternProblem(source: string): string | undefined {
  if (source === '') return 'matches everything; write what to look for'
  const parsed = parsePattern(source)
  return parsed.ok ? undefined : `is no pattern that can be searched: it ${parsed.problem}`
}

/** An output up to this size is looked at before the patterns are prepared: only those that it could match will be. */
const smallOutputBytes = 64 * 1024

/** Begins a search. Own patterns must have passed `patternProblem`; one that did not is left out. */
export function searchFailures(own: FailurePatterns): FailureSearch {
  const held: Uint8Array[] = []
  let heldBytes = 0
  let search: FailureSearch | undefined
  const begin = (isWanted: IsWanted) => {
    const begun = searchAll(own, isWanted)
    for (const bytes of held.splice(0)) begun.push(bytes)
    return begun
  }
  return {
    push: (bytes) => {
      if (search) return search.push(bytes)
      // The caller may use its buffer again.
      held.push(new Uint8Array(bytes))
      heldBytes += bytes.length
      if (heldBytes > smallOutputBytes) search = begin(() => true)
    },
    end: () => {
      search ??= begin(mayMatch(held))
      return search.end()
    },
  }
}

/** Whether a pattern has any chance of matching; told by the words that it requires, separated by `|`. */
type IsWanted = (words: () => string) => boolean

function mayMatch(pieces: readonly Uint8Array[]): IsWanted {
  const decoder = new TextDecoder()
  const text =
    `${pieces.map((bytes) => decoder.decode(bytes, {stream: true})).join('')}${decoder.decode()}`.toLowerCase()
  return (words) =>
    words()
      .split('|')
      .some((word) => text.includes(word))
}

function searchAll(own: FailurePatterns, isWanted: IsWanted): FailureSearch {
  const {nodes, classOf, names} = prepare(own, isWanted)
  let best = names.length
  let evidence = ''
  let retryAfter: RetryAfter | undefined
  const lines = searchLines(nodes, (patterns, bytes) => {
    const line = new TextDecoder().decode(bytes)
    for (const pattern of patterns) {
      const rank = classOf[pattern] ?? names.length
      if (rank < best) {
        best = rank
        evidence = redactLine(line)
      }
    }
    if ([...patterns].some((pattern) => classOf[pattern] === undefined))
      retryAfter = parseRetryAfter(line) ?? retryAfter
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

interface Prepared {
  readonly names: readonly string[]
  readonly nodes: readonly PatternNode[]
  /** Pattern → rank of its class; undefined for the hints of `retryAfterHints`. */
  readonly classOf: readonly (number | undefined)[]
}

function prepare(own: FailurePatterns, isWanted: IsWanted): Prepared {
  const others = Object.keys(builtInClasses).filter((name) => !Object.hasOwn(own, name))
  const names = [...Object.keys(own), ...others]
  const owned = Object.values(own).flatMap((sources, rank) => sources.map((source) => candidate(source, rank)))
  const builtIn = others.flatMap((name, index) =>
    (builtInClasses[name] ?? []).map((source, place) => ({
      source,
      rank: names.length - others.length + index,
      words: () => builtInWords[name]?.[place] ?? '',
    })),
  )
  const all = [...owned, ...builtIn, ...retryAfterHints.map((source) => candidate(source, undefined))]
  const parsed = all.flatMap(({source, rank, words}) => {
    const pattern = isWanted(words) ? parsePattern(source) : undefined
    return pattern?.ok ? [{node: pattern.node, rank}] : []
  })
  return {names, nodes: parsed.map(({node}) => node), classOf: parsed.map(({rank}) => rank)}
}

function candidate(source: string, rank: number | undefined) {
  return {source, rank, words: () => requiredWords(source).join('|')}
}

/** The class of one text, such as an error's message. */
export function classifyText(text: string, own: FailurePatterns): FailureFinding {
  const search = searchFailures(own)
  search.push(new TextEncoder().encode(text))
  return search.end()
}
