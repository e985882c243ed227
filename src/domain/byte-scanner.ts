/** Where something stands in the bytes that are read; `from` is -1 where it is absent. */
export interface Piece {
  from: number
  to: number
}

/**
 * Reads JSON of a known shape from the bytes in which it stands. It takes what guard itself writes: no spaces, no
 * escapes, ASCII, whole numbers. Anything else it refuses, and somebody else has to read it; it never reads anything in
 * another way than JSON.parse would. No text and no object is made of what is read, which is what takes the time.
 * The bytes end with a newline, at which all reading stops: V8 reads slowly where it once had to read behind an end.
 */
export class ByteScanner {
  bytes: Uint8Array = new Uint8Array(0)
  /** Where to read on. */
  at = 0

  begin(bytes: Uint8Array, at: number): void {
    this.bytes = bytes
    this.at = at
  }

  /** The next byte; 0 behind the end. */
  next(): number {
    return this.bytes[this.at] ?? 0
  }

  /** Steps over `expected`; false, and nothing happens, when something else comes. */
  takes(expected: Uint8Array): boolean {
    const {bytes} = this
    const {length} = expected
    let {at} = this
    for (let index = 0; index < length; index++) if (bytes[at++] !== expected[index]) return false
    this.at = at
    return true
  }

  /** A whole number below 10^15, not negative. NaN, where nothing can follow: something else. */
  integer(): number {
    const {bytes, at: start} = this
    let value = 0
    let at = start
    for (; ; at++) {
      const digit = (bytes[at] ?? 0) - 48
      if (digit < 0 || digit > 9) break
      value = value * 10 + digit
    }
    const digits = at - start
    const isPlain = digits > 0 && digits <= 15 && (digits === 1 || bytes[start] !== 48)
    this.at = isPlain ? at : bytes.length
    return value
  }

  /** A text in quotes; `place` gets what stands between them. */
  string(place: Piece): boolean {
    const {bytes} = this
    let at = this.at + 1
    if (bytes[at - 1] !== quote) return false
    place.from = at
    for (; ; at++) {
      const byte = bytes[at] ?? 0
      if (byte === quote) break
      if (byte < 32 || byte > 126 || byte === backslash) return false
    }
    place.to = at
    this.at = at + 1
    return true
  }
}

const quote = 34
const backslash = 92

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

export function textOf(bytes: Uint8Array, {from, to}: Piece): string {
  return String.fromCharCode(...bytes.subarray(from, to))
}
