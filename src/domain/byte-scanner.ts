/** Where something stands in the bytes that are read. */
export interface Piece {
  from: number
  to: number
}

/** A piece by which something is looked for. */
export interface Name extends Piece {
  hash: number
}

/**
 * Reads JSON of a known shape from the bytes in which it stands. It takes what guard itself writes: no spaces, no
 * escapes, ASCII, whole numbers. Anything else it refuses, and somebody else has to read it; it never reads anything in
 * another way than JSON.parse would. No text, no object and but a few numbers are made of what is read, which is what
 * takes the time. The bytes end with a newline, at which all reading stops: V8 reads slowly where it once had to read
 * behind an end.
 *
 * Every step takes the place where it begins and returns the one behind it, or -1 when something else stands there: no
 * field has to be written and read again by each step.
 */
export class ByteScanner {
  readonly bytes: Uint8Array
  readonly view: DataView

  constructor(bytes: Uint8Array) {
    const {buffer, byteOffset, length} = bytes
    // Not a Buffer: what reads bytes of two sorts V8 compiles twice, and it is slower.
    this.bytes = new Uint8Array(buffer, byteOffset, length)
    this.view = viewOf(bytes)
  }

  get length(): number {
    return this.bytes.length
  }

  /** Steps over `expected`, eight bytes at once. */
  takes(at: number, {words, last, length}: Expected): number {
    const {view, bytes} = this
    const end = at + length
    if (end > bytes.length || view.getFloat64(end - 8, true) !== last) return -1
    for (let index = 0; index < words.length; index++)
      if (view.getFloat64(at + 8 * index, true) !== words[index]) return -1
    return end
  }

  /** Whether these six bytes stand there, four of them and two: one key is shorter than eight. */
  hasSix(at: number, four: number, two: number): boolean {
    const {view, bytes} = this
    return at + 6 <= bytes.length && view.getInt32(at) === four && view.getInt16(at + 4) === two
  }

  /** Steps over a whole number below 10^15, not negative. */
  digits(at: number): number {
    const {bytes} = this
    let end = at
    while (((bytes[end] as number) - zero) >>> 0 < 10) end += 1
    const digits = end - at
    return digits === 0 || digits > 15 || (digits > 1 && bytes[at] === zero) ? -1 : end
  }

  /** Steps over a text, from behind the opening quote to before the closing one. */
  text(at: number): number {
    const {bytes} = this
    let end = at
    while (plain[bytes[end] as number] === 1) end += 1
    return bytes[end] === quote ? end : -1
  }

  /** Steps over a text like `text`, and makes its hash on the way. */
  name(at: number, name: Name): number {
    const {bytes} = this
    let end = at
    let hash = 0
    for (; ; end++) {
      const byte = bytes[end] as number
      if (plain[byte] !== 1) break
      hash = nextHash(hash, byte)
    }
    name.hash = hash
    return bytes[end] === quote ? end : -1
  }

  /** The number over which `digits` has stepped. */
  numberAt({from, to}: Piece): number {
    let value = 0
    for (let at = from; at < to; at++) value = value * 10 + (this.bytes[at] as number) - zero
    return value
  }

  textOf({from, to}: Piece): string {
    return String.fromCharCode(...this.bytes.subarray(from, to))
  }
}

const zero = 48
const quote = 34
const backslash = 92

/** 1: the byte stands for itself in a text. One look at a table is quicker than four comparisons. */
const plain = Uint8Array.from({length: 256}, (_, byte) => {
  return byte >= 32 && byte <= 126 && byte !== quote && byte !== backslash ? 1 : 0
})

function nextHash(hash: number, byte: number): number {
  return (Math.imul(hash, 31) + byte) | 0
}

/** The whole of some bytes as a name. */
export function nameIn(bytes: Uint8Array): Name {
  return {from: 0, to: bytes.length, hash: bytes.reduce(nextHash, 0)}
}

/**
 * ASCII that is looked for, eight bytes or more, as numbers: its whole words, and the last eight bytes, by which most of
 * what is not there is known. Eight bytes of printable ASCII are never NaN, which begins with 0x7ff or 0xfff, nor zero,
 * so that equal numbers are equal bytes.
 */
export interface Expected {
  readonly words: Float64Array
  readonly last: number
  readonly length: number
}

export function expected(bytes: Uint8Array): Expected {
  const {length} = bytes
  const view = viewOf(bytes)
  const words = Float64Array.from({length: length >> 3}, (_, index) => view.getFloat64(8 * index, true))
  return {words, last: view.getFloat64(length - 8, true), length}
}

export function viewOf({buffer, byteOffset, length}: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length)
}

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}
