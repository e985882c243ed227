/**
 * Output as lines of text: `\n`, `\r\n` and `\r` (as progress bars use it) end one. Bytes that are not UTF-8 become
 * U+FFFD.
 */

interface LineReader {
  /** Takes the next bytes, cut anywhere. */
  push(bytes: Uint8Array): void
  /** Ends the last line if no line end has. */
  end(): void
}

/** A longer line, in characters, comes in parts of this length, so that memory is bounded. */
export const longestLine = 1024 * 1024

/** Characters that a part shares with the next one, so that a text cut apart here is whole there. */
const overlap = 4096

// A `\r` in the last place may be half of `\r\n`.
const lineEnd = /\r\n|\n|\r(?!$)/

export function readLines(onLine: (line: string) => void): LineReader {
  const decoder = new TextDecoder()
  let open = ''
  const take = (text: string) => {
    const lines = (open + text).split(lineEnd)
    open = lines.pop() ?? ''
    for (const line of lines) onLine(line)
    for (; open.length > longestLine; open = open.slice(longestLine - overlap)) onLine(open.slice(0, longestLine))
  }
  return {
    push: (bytes) => take(decoder.decode(bytes, {stream: true})),
    end: () => {
      take(decoder.decode())
      if (open !== '') onLine(open.replace(/\r$/, ''))
      open = ''
    },
  }
}
