/**
 * Error lines of one cause differ in what changes from run to run: times, ids, addresses, numbers. A line without them
 * names the cause. What tells causes apart stays: ports, names of errno, HTTP status codes, the host of a URL.
 */

/** Longest that is compared. Characters. */
const longest = 160

type Rule = readonly [RegExp, string]

/** In this order: each rule may take apart what a later one would see. No quantifier is nested. */
const rules: readonly Rule[] = [
  // 2026-11-29T05:22:10.123Z, 2026-11-29 05:22:10,123 +0100
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?/g, '<time>'],
  // Nov 29 05:22:10, 29/Nov/2026:05:22:10 +0000
  [/\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}\d{1,2} \d\d:\d\d:\d\d\b/g, '<time>'],
  [/\b\d{1,2}\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d(?: [+-]\d{4})?/g, '<time>'],
  // 29 Nov at 05:22, as guard itself says it
  [/\b\d{1,2} (?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec) at \d\d:\d\d\b/g, '<time>'],
  [/\b\d{4}-\d\d-\d\d\b|\b\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\b/g, '<time>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  // The host of a URL stays; its path and query name one request.
  [/\b([a-z][a-z0-9+.-]{1,20}:\/\/)(?:[^\s/@]{1,128}@)?([^\s/?#"']{1,200})[^\s"']{0,2000}/gi, '$1$2'],
  [/"[^"]{0,500}"|'[^'\s][^']{0,500}'|`[^`]{0,500}`/g, '<text>'],
  [/[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,5}/g, '<mail>'],
  [/(?:\d{1,3}\.){3}\d{1,3}\b/g, '<address>'],
  [/\[?\b(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{1,4}\b\]?/gi, '<address>'],
  [/(?<![\w/])(?:~|\.{1,2})?\/[\w.@%+-]{1,128}(?:\/[\w.@%+-]{1,128}){0,30}\/?/g, '<path>'],
  [/\b0x[0-9a-f]{1,32}\b/gi, '<id>'],
  // What has both digits and letters of a hash: 4f2a91c…
  [/\b(?=[0-9a-f]{0,63}\d)(?=\d{0,63}[a-f])[0-9a-f]{7,64}\b/gi, '<id>'],
]

/** A number after one of these names says which error it is. */
const telling =
  /\b(port|errno|status|code|http(?:\/\d(?:\.\d)?)?|error|exit|signal|returned|response|answered|got)([ :=#(]{1,3})(\d{1,5})\b/gi

/** Two characters of the private use areas mark a number that stays: no program prints them. */
const keptNumber = '\uf8ff'

/** @returns the line without what changes from run to run, at most 160 characters; equal for lines of one cause */
export function normalizedErrorLine(line: string): string {
  const kept: string[] = []
  const keep = (text: string) => `${keptNumber}${String.fromCharCode(0xe000 + kept.push(text) - 1)}`
  const text = rules
    .reduce((rest, [pattern, by]) => rest.replace(pattern, by), line.slice(0, 2000))
    .replace(/:\/\/[^\s/?#"']{1,200}/g, keep)
    .replace(/:(\d{1,5})\b(?=[^\d.:]|$)/g, (all) => keep(all))
    .replace(telling, (_, name: string, between: string, number: string) => `${name}${between}${keep(number)}`)
    .replace(/\d+(?:[.,]\d+)*/g, '<n>')
    .replace(/\uf8ff([\ue000-\uf8fe])/g, (_, at: string) => kept[at.charCodeAt(0) - 0xe000] ?? '')
  return text.replace(/\s+/g, ' ').trim().toLowerCase().slice(0, longest)
}
