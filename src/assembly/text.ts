// Texts and numbers of JSON as guard writes it: ASCII without escapes, whole numbers, no spaces.

const quote: u8 = 34
const backslash: u8 = 92
const blank: u8 = 32
const del: u8 = 127
const zero: u8 = 48

/** Where the text ends that begins at `from`, before its quote; 0: not all of it stands for itself. */
export function textEnd(from: usize): usize {
  let at = from
  while (true) {
    const bytes = v128.load(at)
    const ends = v128.or(i8x16.eq(bytes, i8x16.splat(quote)), i8x16.eq(bytes, i8x16.splat(backslash)))
    // As signed numbers, all but ASCII is below a blank too.
    const strange = v128.or(i8x16.lt_s(bytes, i8x16.splat(blank)), i8x16.eq(bytes, i8x16.splat(del)))
    const found = i8x16.bitmask(v128.or(ends, strange))
    if (found !== 0) {
      at += ctz(found)
      return load<u8>(at) === quote ? at : 0
    }
    at += 16
  }
}

/** Where the whole number ends that begins at `from`; 0: there is none below 10^15. */
export function digitsEnd(from: usize): usize {
  const digits = i8x16.lt_u(i8x16.sub(v128.load(from), i8x16.splat(zero)), i8x16.splat(10))
  const count = <usize>ctz(~i8x16.bitmask(digits))
  const isNumber = count > 0 && count < 16 && (count === 1 || load<u8>(from) !== zero)
  return isNumber ? from + count : 0
}

/** The number over which `digitsEnd` has stepped. */
export function numberIn(from: usize, end: usize): f64 {
  let value: i64 = 0
  for (let at = from; at < end; at++) value = value * 10 + (load<u8>(at) - zero)
  return <f64>value
}

/** Whether the same bytes stand in both places. */
export function isSame(one: usize, other: usize, length: usize): bool {
  let at: usize = 0
  for (; at + 8 <= length; at += 8) if (load<u64>(one + at) !== load<u64>(other + at)) return false
  return at === length || lastBytes(one + at, length - at) === lastBytes(other + at, length - at)
}

/** FxHash, of which the high bits are the good ones: the low ones know nothing of a word's last letters. */
export function hashOf(from: usize, length: usize): u64 {
  let hash: u64 = length
  let at: usize = 0
  for (; at + 8 <= length; at += 8) hash = mixed(hash, load<u64>(from + at))
  return at === length ? hash : mixed(hash, lastBytes(from + at, length - at))
}

function mixed(hash: u64, word: u64): u64 {
  return (rotl(hash, 5) ^ word) * 0x517cc1b727220a95
}

/** Fewer than eight bytes as a number; there is always room to read eight. */
function lastBytes(at: usize, count: usize): u64 {
  return load<u64>(at) << ((8 - count) << 3)
}

/** Eight letters as a number, as they are loaded. */
export function wordOf(text: string, from: i32): u64 {
  let word: u64 = 0
  for (let index = 7; index >= 0; index--) word = (word << 8) | <u64>text.charCodeAt(from + index)
  return word
}
