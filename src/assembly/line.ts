// One record of a lease as guard writes it. Its texts stay where they stand.

import {
  atField,
  claimBit,
  claimedBit,
  claimField,
  detailBit,
  detailField,
  errorBit,
  holderBit,
  holderField,
  idField,
  jobBit,
  jobField,
  jobProcessBit,
  jobProcessField,
  monoBit,
  monoField,
  okBit,
  overBit,
  overField,
  placeBit,
  processBit,
  processField,
  releasedBit,
  renewedBit,
  tokenBit,
  tokenField,
  ttlBit,
  ttlField,
  valueFields,
} from '../domain/lease-fields'
import {Key, Value} from './key'
import {placeEnd} from './places'
import {digitsEnd, numberIn, textEnd, wordOf} from './text'

const kinds = claimedBit | renewedBit | releasedBit
const statuses = okBit | errorBit
const always = monoBit | placeBit | jobBit
const claimBits = always | claimedBit | holderBit | ttlBit
const renewalBits = always | renewedBit | claimBit | tokenBit
const releaseBits = always | releasedBit | claimBit | tokenBit

const idKey = new Key('{"v":1,"id":"')
const startKey = new Key(',"start":"')
const namespaceKey = new Key(',"namespace":"')
const keys: StaticArray<Key> = [
  new Key(',"mono":', Value.digits, monoField, monoBit),
  new Key(',"boot":"', Value.place, 0, placeBit),
  new Key(',"kind":"claimed"', Value.none, 0, claimedBit, kinds),
  new Key(',"kind":"renewed"', Value.none, 0, renewedBit, kinds),
  new Key(',"kind":"released"', Value.none, 0, releasedBit, kinds),
  new Key(',"job":"', Value.text, jobField, jobBit),
  new Key(',"claim":"', Value.text, claimField, claimBit),
  new Key(',"token":', Value.digits, tokenField, tokenBit),
  new Key(',"status":"ok"', Value.none, 0, okBit, statuses),
  new Key(',"status":"error"', Value.none, 0, errorBit, statuses),
  new Key(',"holder":"', Value.text, holderField, holderBit),
  new Key(',"ttlMs":', Value.digits, ttlField, ttlBit),
  new Key(',"process":{"pid":', Value.process, processField, processBit),
  new Key(',"jobProcess":{"pid":', Value.process, jobProcessField, jobProcessBit),
  new Key(',"over":"', Value.text, overField, overBit),
  new Key(',"detail":"', Value.text, detailField, detailBit),
]

/** Begin and end of each value. */
export const values = heap.alloc(valueFields << 3)
/** The bits of what the line has. The values of what it has not mean nothing. */
export let seen: i32 = 0

export function valueFrom(field: i32): usize {
  return load<usize>(values + ((<usize>field) << 3))
}

export function valueLength(field: i32): usize {
  return load<usize>(values + ((<usize>field) << 3), 4) - valueFrom(field)
}

export function numberOf(field: i32): f64 {
  return numberIn(valueFrom(field), load<usize>(values + ((<usize>field) << 3), 4))
}

/** Reads the line that starts there, and returns where the next one does; 0: it is not quite what guard writes. */
export function read(start: usize): usize {
  let at = stampEnd(start)
  let key = idKey
  seen = 0
  while (at !== 0) {
    if (load<u16>(at) === lineEnd) return isWhole() ? at + 2 : 0
    const next = keyAt(at, key)
    if (next === null || (seen & next.oneOf) !== 0) return 0
    seen |= next.bit
    key = next
    at = valueEnd(next, at + next.length)
  }
  return 0
}

const lineEnd: u16 = 0x0a7d
const sixBytes: u64 = 0xffff_ffff_ffff
const atKey = wordOf(',"at":  ', 0) & sixBytes

function stampEnd(start: usize): usize {
  if (!idKey.stands(start)) return 0
  const end = keepText(idField, start + idKey.length)
  if (end === 0 || (load<u64>(end) & sixBytes) !== atKey) return 0
  return keep(atField, end + 6, digitsEnd(end + 6))
}

function keyAt(at: usize, before: Key): Key | null {
  const expected = before.next
  if (expected !== null && expected.stands(at)) return expected
  for (let index = 0; index < keys.length; index++) {
    const key = unchecked(keys[index])
    if (!key.stands(at)) continue
    before.next = key
    return key
  }
  return null
}

/** Keeps where a value stands, and returns where it goes on behind it; 0: it is no such value. Places keep themselves. */
function valueEnd(key: Key, from: usize): usize {
  switch (key.value) {
    case Value.digits:
      return keep(key.field, from, digitsEnd(from))
    case Value.text:
      return keepText(key.field, from)
    case Value.process:
      return keep(key.field, from, processEnd(from))
    case Value.place:
      return placeEnd(from - key.length, from)
    default:
      return from
  }
}

/** Goes on behind the closing quote. */
function keepText(field: i32, from: usize): usize {
  const end = keep(field, from, textEnd(from))
  return end === 0 ? 0 : end + 1
}

function keep(field: i32, from: usize, end: usize): usize {
  const value = values + ((<usize>field) << 3)
  store<usize>(value, from)
  store<usize>(value, end, 4)
  return end
}

function processEnd(from: usize): usize {
  let at = digitsEnd(from)
  if (at === 0 || !startKey.stands(at)) return 0
  at = textEnd(at + startKey.length)
  if (at !== 0 && namespaceKey.stands(at + 1)) at = textEnd(at + 1 + namespaceKey.length)
  return at !== 0 && load<u8>(at + 1) === brace ? at + 2 : 0
}

const brace: u8 = 0x7d
const zero: u8 = 0x30

/** Whether all is there; what is not is void or unknown, and rare enough to be left to who reads records. */
function isWhole(): bool {
  if ((seen & claimedBit) !== 0) return (seen & claimBits) === claimBits && load<u8>(valueFrom(ttlField)) !== zero
  if ((seen & renewedBit) !== 0) return (seen & renewalBits) === renewalBits
  return (seen & releaseBits) === releaseBits && (seen & statuses) !== 0
}
