import {ascii, type ByteScanner, type Expected, expected} from './byte-scanner.js'
import type {Place} from './process-ref.js'

/** The fields of a lease's record behind the two with which guard begins. A value that is known stands in the key. */
export const bits = {
  claimed: 1,
  renewed: 2,
  released: 4,
  mono: 8,
  place: 16,
  job: 32,
  holder: 64,
  ttlMs: 128,
  claim: 256,
  token: 512,
  ok: 1024,
  error: 2048,
  detail: 4096,
  over: 8192,
  process: 16_384,
  jobProcess: 32_768,
} as const

/** What stands behind a key. */
export type Value = (typeof values)[keyof typeof values]
export const values = {digits: 0, text: 1, name: 2, process: 3, end: 4} as const

/** The fields of which the value stands behind the key. */
type Valued = Exclude<keyof typeof bits, 'claimed' | 'renewed' | 'released' | 'place' | 'ok' | 'error'>

interface Key {
  readonly bytes: Expected
  readonly bit: number
  /** Undefined: another key. */
  readonly value: Value | undefined
  readonly name: Valued | undefined
}

function known(text: string, bit: number): Key {
  return {bytes: expected(ascii(text)), bit, value: undefined, name: undefined}
}

/** What stands between the key and each value. */
const opening = ['', '"', '"', '{"pid":'] as const

function valued(name: Valued, value: 0 | 1 | 2 | 3): Key {
  return {bytes: expected(ascii(`,"${name}":${opening[value]}`)), bit: bits[name], value, name}
}

const keys: readonly Key[] = [
  known(',"kind":"claimed"', bits.claimed),
  known(',"kind":"renewed"', bits.renewed),
  known(',"kind":"released"', bits.released),
  known(',"status":"ok"', bits.ok),
  known(',"status":"error"', bits.error),
  valued('mono', values.digits),
  valued('job', values.name),
  valued('holder', values.text),
  valued('ttlMs', values.digits),
  valued('claim', values.text),
  valued('token', values.digits),
  valued('detail', values.text),
  valued('over', values.text),
  valued('process', values.process),
  valued('jobProcess', values.process),
]
const bootKey = expected(ascii(',"boot":"'))
const hostKey = expected(ascii(',"host":"'))

/** Boot and host, which are keys too, for they are those of the line before; and a number that no other place has. */
export interface NumberedPlace extends Place {
  readonly number: number
}

/** All that stands between two values. */
export interface Between {
  readonly bytes: Expected
  /** Of all the fields whose keys these are. */
  readonly bits: number
  /** What comes then. */
  readonly value: Value
  /** The field to which it belongs. */
  readonly name: Valued | undefined
  readonly place: NumberedPlace | undefined
}

/** Beyond so many nobody knows any more which one it was: a journal of a few hosts sees some in a year. */
const mostPlaces = 1000

/** Reads what stands between the values of a line; for a line of a shape that has been read before nobody asks. */
export class LeaseKeys {
  private readonly places = new Map<string, NumberedPlace>()
  private lastNumber = 0

  /** Reads up to a value, or behind the newline. Undefined: these are not the keys of a lease. */
  read(scan: ByteScanner, start: number): Between | undefined {
    let seen = 0
    let place: NumberedPlace | undefined
    for (let at = start; ; ) {
      const key = keys.find(({bytes}) => scan.takes(at, bytes) >= 0)
      const hostEnd = key ? -1 : behindHost(scan, at)
      if (!key && hostEnd < 0) return undefined
      if (!key) place = this.placeIn(scan.textOf({from: at, to: hostEnd}))
      seen |= key?.bit ?? bits.place
      at = key ? at + key.bytes.length : hostEnd
      const isEnd = scan.bytes[at] === brace && scan.bytes[at + 1] === newline
      const value = isEnd ? values.end : key?.value
      if (isEnd) at += 2
      if (value === undefined) continue
      return {bytes: expected(scan.bytes.slice(start, at)), bits: seen, value, name: key?.name, place}
    }
  }

  private placeIn(text: string): NumberedPlace {
    const known = this.places.get(text)
    if (known) return known
    const {boot, host} = JSON.parse(`{${text.slice(1)}}`) as Place
    const place = {boot, host, number: ++this.lastNumber}
    if (this.places.size === mostPlaces) this.places.clear()
    this.places.set(text, place)
    return place
  }
}

const brace = 0x7d
const newline = 0x0a

/** Behind boot and host, if they stand there; -1 otherwise. */
function behindHost(scan: ByteScanner, at: number): number {
  const boot = scan.takes(at, bootKey)
  const bootEnd = boot < 0 ? -1 : scan.text(boot)
  const host = bootEnd < 0 ? -1 : scan.takes(bootEnd + 1, hostKey)
  const hostEnd = host < 0 ? -1 : scan.text(host)
  return hostEnd < 0 ? -1 : hostEnd + 1
}
