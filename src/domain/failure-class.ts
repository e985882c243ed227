import {asEvidence} from './evidence.js'
import {builtInClasses, retryAfterHints} from './failure-patterns.js'
import {type PatternNode, parsePattern} from './pattern.js'
import {searchLines} from './pattern-set.js'
import {parseRetryAfter, type RetryAfter} from './retry-after.js'

/**
 * Why a run failed, read from its output: the first class, in the order of their rank, of which any line matches. Own
 * classes outrank the built-in ones; a built-in one that the settings name again is theirs.
 */

/** Own classes in the order of their rank → patterns, as the settings have them. */
export type FailurePatterns = Readonly<Record<string, readonly string[]>>

export interface Failure {
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

/** Begins a search. Own patterns must have passed `patternProblem`; one that did not is left out. */
export function searchFailures(own: FailurePatterns): FailureSearch {
  const {nodes, classOf, names} = prepare(own)
  let best = names.length
  let evidence = ''
  let retryAfter: RetryAfter | undefined
  const lines = searchLines(nodes, (patterns, bytes) => {
    const line = new TextDecoder().decode(bytes)
    for (const pattern of patterns) {
      const rank = classOf[pattern] ?? names.length
      if (rank < best) {
        best = rank
        evidence = asEvidence(line)
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

function prepare(own: FailurePatterns): Prepared {
  const classes = {
    ...own,
    ...Object.fromEntries(Object.entries(builtInClasses).filter(([name]) => !Object.hasOwn(own, name))),
  }
  const names = Object.keys(classes)
  const ranked = names.flatMap((name, rank) => (classes[name] ?? []).map((source) => ({source, rank})))
  const all = [...ranked, ...retryAfterHints.map((source) => ({source, rank: undefined}))]
  const parsed = all.flatMap(({source, rank}) => {
    const pattern = parsePattern(source)
    return pattern.ok ? [{node: pattern.node, rank}] : []
  })
  return {names, nodes: parsed.map(({node}) => node), classOf: parsed.map(({rank}) => rank)}
}

/** The class of one text, such as an error's message. */
export function classifyText(text: string, own: FailurePatterns): FailureFinding {
  const search = searchFailures(own)
  search.push(new TextEncoder().encode(text))
  return search.end()
}
