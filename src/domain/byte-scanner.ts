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

  view = new DataView(this.bytes.buffer)

  begin(bytes: Uint8Array, at: number): void {
    if (bytes !== this.bytes) {
      this.bytes = bytes
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    }
    this.at = at
  }

  /** The byte so far ahead; 0 behind the end. */
  ahead(distance: number): number {
    return this.bytes[this.at + distance] ?? 0
  }

  /** Steps over `expected`, four bytes at once; false, and nothing happens, when something else comes. */
  takes({words, last, length}: Expected): boolean {
    const {view, at} = this
    const end = at + length
    if (end > view.byteLength || view.getInt32(end - 4, true) !== last) return false
    for (let index = 0; index < words.length; index++)
      if (view.getInt32(at + 4 * index, true) !== words[index]) return false
    this.at = end
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

/** Four bytes or more that are looked for, as numbers: the whole words, and the last four bytes. */
export interface Expected {
  readonly words: Int32Array
  readonly last: number
  readonly length: number
}

export function expected(bytes: Uint8Array): Expected {
  const {length} = bytes
  const view = new DataView(bytes.buffer, bytes.byteOffset, length)
  const words = Int32Array.from({length: length >> 2}, (_, index) => view.getInt32(4 * index, true))
  return {words, last: view.getInt32(length - 4, true), length}
}

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

export function textOf(bytes: Uint8Array, {from, to}: Piece): string {
  return String.fromCharCode(...bytes.subarray(from, to))
}
