import {noFailure, statusTableLine} from './builtin-patterns.js'
import {failureWords} from './failure-words.js'
import {hintPatterns, noHint, troubleWords} from './hint-patterns.js'

/** How much of a line is looked at, in characters: a message says at its beginning what it is about. */
const readOfLine = 1000

/** The class of which a line has only a sign; undefined if it has none or reports no trouble. */
export function hintOf(line: string): string | undefined {
  if (!failureWords.test(line) || statusTableLine.test(line)) return undefined
  const text = line.slice(0, readOfLine).replace(noFailure, '').replace(path, (text) => (text.includes('://') ? 'url' : ' '))
  if (!(troubleWords.test(text) || troubleName.test(text)) || noHint.test(text)) return undefined
  const words = spelled(text)
  return hintPatterns.find(([, pattern]) => pattern.test(words))?.[0]
}

/** Paths and names of files say nothing of a failure. */
const path = /(?:(?:\w{2,9}:\/)?(?:\/[\w.@%+:=?&,-]{1,200}){1,20}\/?|\b[\w-]{1,100}\.(?:py|js|ts|rb|go|java|php|html|csv|json|ya?ml|log|txt|conf|sh|pdf|tar|gz)\b)/g

/** Names that report trouble themselves: an exception's, `ERR_…`, `NT_STATUS_…`. */
const troubleName = /\w(?:Error|Exception|Failed|Failure|Denied|Invalid|Malformed)\b|\b(?:ERR|NT_STATUS|E)_?[A-Z]{3}|[A-Z]_(?:FAILED|DENIED|ERROR|INVALID|EXPIRED|REFUSED|UNKNOWN|FAILURE)\b/

/** `NoSuchKey` and `NO_SUCH_KEY` as words. */
function spelled(line: string): string {
  return line
    .replace(/([a-z\d])(?=[A-Z])/g, '$1 ')
    .replace(/([A-Z])(?=[A-Z][a-z])/g, '$1 ')
    .replaceAll('_', ' ')
}
