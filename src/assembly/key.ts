import {wordOf} from './text'

/** What stands behind a key. */
export enum Value {
  none,
  digits,
  text,
  process,
  place,
}

/** Letters between two values, 8 to 24 of them. */
export class Key {
  /** The key that came behind this one last time: guard writes a few shapes of lines. */
  next: Key | null = null
  length: usize
  private first: u64
  /** Behind the first word, if it does not reach to the last. */
  private middle: u64
  private middleAt: usize
  private last: u64

  constructor(
    text: string,
    public value: Value = Value.none,
    public field: i32 = 0,
    public bit: i32 = 0,
    /** The bits of all fields of which there is one at most. */
    public oneOf: i32 = bit,
  ) {
    this.length = text.length
    this.first = wordOf(text, 0)
    const middleAt = text.length > 16 ? 8 : 0
    this.middleAt = middleAt
    this.middle = wordOf(text, middleAt)
    this.last = wordOf(text, text.length - 8)
  }

  stands(at: usize): bool {
    if (load<u64>(at) !== this.first || load<u64>(at + this.length - 8) !== this.last) return false
    return load<u64>(at + this.middleAt) === this.middle
  }
}
