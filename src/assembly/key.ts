import {wordOf} from './text'

/** What stands behind a key. */
export enum Value {
  none,
  digits,
  text,
  process,
  place,
}

/** Letters between two values, eight or more. */
export class Key {
  /** The key that came behind this one last time: guard writes a few shapes of lines. */
  next: Key | null = null
  length: usize
  private first: u64
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
    this.last = wordOf(text, text.length - 8)
  }

  stands(at: usize): bool {
    return load<u64>(at) === this.first && load<u64>(at + this.length - 8) === this.last
  }
}
