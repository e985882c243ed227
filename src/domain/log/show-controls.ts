/**
 * Texts of unknown origin, made safe for a terminal: control characters, which move the cursor or give orders to it, and
 * characters that nobody sees, such as direction marks, are shown as `\x1b` and the like.
 */

/** Also the separators of lines and paragraphs, which some terminals take for a line feed. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu
const unseenInLines = /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}]/gu
const colors = new RegExp(`${'\u001B'}\\[[\\d;:]*m`, 'gu')
const colorsOrUnseen = new RegExp(`(${colors.source})|${unseenInLines.source}`, 'gu')

/** A value on one line: line feeds and tabs are shown too, so that it looks like nothing but a value. */
export function showControls(text: string): string {
  return text.replace(unseen, shown)
}

/** Lines and tabs stay. */
export function showControlsInLines(text: string): string {
  return text.replace(unseenInLines, shown)
}

/** Lines, tabs and colours (SGR) stay. */
export function showControlsButColors(text: string): string {
  return text.replace(colorsOrUnseen, (found: string, color?: string) => color ?? shown(found))
}

export function withoutColors(text: string): string {
  return text.replace(colors, '')
}

/** Shows control characters in all texts of a value, the keys of objects included: nearly always the value itself. */
export function showControlsOf<T>(value: T): T {
  return hasUnseen(value) ? (shownValue(value) as T) : value
}

const oneUnseen = new RegExp(unseen.source, 'u')

/** Written as loops, because a list may have thousands of rows, and a copy of all of them takes most of the time to show it. */
function hasUnseen(value: unknown): boolean {
  if (typeof value === 'string') return oneUnseen.test(value)
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value) || value instanceof Map || value instanceof Set) {
    for (const item of value) if (hasUnseen(item)) return true
    return false
  }
  for (const key in value) if (hasUnseen(key) || hasUnseen((value as Record<string, unknown>)[key])) return true
  return false
}

function shownValue(value: unknown): unknown {
  if (typeof value === 'string') return showControls(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(shownValue)
  if (value instanceof Map) return new Map(Array.from(value, ([key, item]) => [shownValue(key), shownValue(item)]))
  if (value instanceof Set) return new Set(Array.from(value, shownValue))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [showControls(key), shownValue(item)]))
}

/** JSON as it may be written to a terminal: what it does not escape itself stands as `\u009b`. */
export function showControlsInJson(json: string): string {
  return json.replace(unseenInLines, (found) =>
    Array.from({length: found.length}, (_, index) => `\\u${hex(found.charCodeAt(index), 4)}`).join(''),
  )
}

const short: Readonly<Record<string, string>> = {'\n': '\\n', '\r': '\\r', '\t': '\\t'}

function shown(found: string): string {
  const code = found.codePointAt(0) ?? 0
  if (code < 0x100) return short[found] ?? `\\x${hex(code, 2)}`
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\u{${hex(code, 5)}}`
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0')
}
