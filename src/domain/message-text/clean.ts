/** Direction marks could make a line read as another one. */
const directionMarks = /[\u202A-\u202E\u2066-\u2069]/g

/**
 * Makes a text of unknown origin legible everywhere: control characters become spaces, halves of surrogate pairs the
 * replacement character, direction marks go. Line feeds stay.
 */
export function cleanText(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n]/gu, ' ')
    .replace(/\p{Cs}/gu, '\uFFFD')
    .replace(directionMarks, '')
}

/** Line feeds with the blanks around them, found from where the blanks begin: thousands of them without a line feed are read once. */
export const lineEnds = /(?<!\s)\s*\n\s*/g

/** The same on one line. */
export function cleanLine(text: string): string {
  return cleanText(text).replace(lineEnds, ' ').trim()
}

/** One clean line of at most `length` UTF-16 units. */
export function clippedLine(text: string, length: number): string {
  const line = cleanLine(text)
  return line.length > length ? `${headOf(line, length - 1)}…` : line
}

/** The first `length` UTF-16 units, one less where that would halve a surrogate pair. */
export function headOf(text: string, length: number): string {
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '')
}

/** The last `length` UTF-16 units, one less where that would halve a surrogate pair. */
export function tailOf(text: string, length: number): string {
  return length <= 0 ? '' : text.slice(-length).replace(/^[\uDC00-\uDFFF]/, '')
}
