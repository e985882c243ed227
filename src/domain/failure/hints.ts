import {noFailure} from './builtin-patterns.js'
import {hintPatterns, noHint, troubleName, troubleWords} from './hint-patterns.js'

/** A longer line, in characters, is data rather than a message; of a shorter one the beginning says what it is about. */
const longestMessage = 4096
const readOfLine = 1000

/** So many of the last lines are looked at, so that an output of nothing but errors takes no longer. */
const readLines = 200

interface HintSearch {
  /** Takes a line that has words of a failure and shows no class. */
  push(line: string): void
  /** The last of the lines that has a sign of a class, and that class. */
  end(): {readonly class: string; readonly line: string} | undefined
}

/** Begins a search for signs of the built-in classes, without those of `except`, which the settings define. */
export function searchHints(except: object): HintSearch {
  const lines: string[] = []
  return {
    push: (line) => {
      if (line.length > longestMessage) return
      if (lines.push(line) > 2 * readLines) lines.splice(0, readLines)
    },
    end: () => {
      for (const line of lines.slice(-readLines).reverse()) {
        const name = hintOf(line, except)
        if (name !== undefined) return {class: name, line}
      }
      return undefined
    },
  }
}

/** The class of which a line has only a sign; undefined if it has none or reports no trouble. */
function hintOf(line: string, except: object): string | undefined {
  const text = line
    .slice(0, readOfLine)
    .replace(noFailure, '')
    .replace(path, (found) => (found.includes('://') ? 'url' : ' '))
  if (!(troubleWords.test(text) || troubleName.test(text)) || noHint.test(text)) return undefined
  const words = spelled(text)
  return hintPatterns.find(([name, pattern]) => !Object.hasOwn(except, name) && pattern.test(words))?.[0]
}

/** Paths and names of files say nothing of a failure. */
const path =
  /(?:(?:\w{2,9}:\/)?(?:\/[\w.@%+:=?&,-]{1,200}){1,20}\/?|\b[\w-]{1,100}\.(?:py|js|ts|rb|go|java|php|html|csv|json|ya?ml|log|txt|conf|sh|pdf|tar|gz)\b)/g

/** `NoSuchKey` and `NO_SUCH_KEY` as words. */
function spelled(line: string): string {
  return line
    .replace(/([a-z\d])(?=[A-Z])/g, '$1 ')
    .replace(/([A-Z])(?=[A-Z][a-z])/g, '$1 ')
    .replaceAll('_', ' ')
}
