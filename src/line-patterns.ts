import {RE2JS, RE2JSSyntaxException, RE2Set} from 're2js'
import type {CompilePatterns} from './domain/failure/failure-class.js'

/**
 * Patterns as settings write them, searched by RE2: in time proportional to the text, whatever pattern and text are.
 * To load RE2 takes longer than most searches, so this module is imported where the first pattern is met.
 */

/** Longest pattern, in characters; most instructions that RE2 makes of one, for a search holds those of all patterns. */
const limits = {length: 1000, instructions: 4000}

/** Says in one sentence why a pattern cannot be used, or undefined. */
export function patternProblem(source: string): string | undefined {
  if (source === '') return 'matches everything; write what to look for'
  const reason = source.length > limits.length ? `it is longer than ${limits.length} characters` : refusal(source)
  return reason && `is not a pattern that can be searched: ${reason}`
}

function refusal(source: string): string | undefined {
  try {
    const isLarge = RE2JS.compile(source).programSize() > limits.instructions
    return isLarge ? 'it is too large once its {n,m} are written out' : undefined
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error
    return reasonOf(error.getDescription(), error.getPattern() ?? '')
  }
}

/** RE2 takes lookbehind for the name of a group, and all that it leaves out for a mistake. */
function reasonOf(description: string, part: string): string {
  if (/^\(\?<?[=!]/.test(part)) return 'it uses lookaround, which is not supported'
  if (/^\\[1-9k]/.test(part)) return `it uses the back-reference ${part}, which is not supported`
  return part === '' ? description : `${description}: ${part}`
}

/** Compiles patterns to be searched together. One that RE2 cannot read matches nothing. */
export const compilePatterns: CompilePatterns = (sources) => {
  const set = new RE2Set()
  const places: number[] = []
  for (const [place, source] of sources.entries()) {
    try {
      places[set.add(source)] = place
    } catch (error) {
      if (!(error instanceof RE2JSSyntaxException)) throw error
    }
  }
  set.compile()
  return (line) => set.match(line).flatMap((id) => places[id] ?? [])
}
