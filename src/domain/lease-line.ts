import {ascii, ByteScanner, expected, type Name, viewOf} from './byte-scanner.js'
import {type Between, bits, LeaseKeys, type NumberedPlace, values} from './lease-keys.js'

/** A value, and what stands between it and the one before. */
interface Step extends Between {
  /** Where the value stands; a text without its quotes. */
  readonly piece: Name
  /** What has come next so far: guard writes a few shapes of lines. */
  readonly next: Step[]
}

const kindBits = bits.claimed | bits.renewed | bits.released
const always = bits.mono | bits.place | bits.job
const claimBits = always | bits.holder | bits.ttlMs
const renewalBits = always | bits.claim | bits.token
const statusBits = bits.ok | bits.error

/** How many bytes of a line stand before its id. */
export const idOffset = 13

/**
 * One record of a lease as guard writes it, its texts and numbers left where they stand. It is used again and again: a
 * first pass over a million lines leaves nothing to collect. What stands between two values is compared at once, with
 * what stood there in the lines before, by one short loop: with functions for the fields V8 took twice as long to
 * compile, 150 ms of a first pass.
 */
export class LeaseLine {
  kind: 'claimed' | 'renewed' | 'released' = 'claimed'
  /** Where it stands. */
  scan = new ByteScanner(new Uint8Array())
  /** With its newline. */
  readonly whole = nowhere()
  readonly id = nowhere()
  readonly at = nowhere()
  readonly mono = nowhere()
  readonly job = nowhere()
  readonly claim = nowhere()
  readonly token = nowhere()
  readonly over = nowhere()
  readonly holder = nowhere()
  readonly ttlMs = nowhere()
  readonly detail = nowhere()
  /** Behind `{"pid":`. */
  readonly process = nowhere()
  readonly jobProcess = nowhere()
  place: NumberedPlace = {boot: '', host: '', number: 0}
  /** The sum of the bits of all fields that are there. The pieces of the others mean nothing. */
  private seen = 0
  private readonly keys = new LeaseKeys()
  private readonly first: Step[] = []

  /** Whether any of the fields is there whose bits these are. */
  has(some: number): boolean {
    return (this.seen & some) > 0
  }

  /** Behind the newline of the line that starts there; -1: it is not quite what guard writes, and nothing is known. */
  read(scan: ByteScanner, start: number): number {
    const {bytes} = scan
    let at = this.readId(scan, start)
    let steps = this.first
    // Most lines need no pointer to be written, of which V8 has to keep account.
    if (this.scan !== scan) this.scan = scan
    this.seen = 0
    while (at >= 0) {
      if (bytes[at] === brace && bytes[at + 1] === newline) return this.isWhole(bytes) ? this.endAt(start, at + 2) : -1
      const step = this.stepAt(scan, at, steps)
      if (!step) return -1
      // What comes twice is taken from its last place, as by JSON.parse.
      this.seen |= step.bits
      if (step.place && step.place !== this.place) this.place = step.place
      at += step.bytes.length
      if (step.value === values.end) return this.isWhole(bytes) ? this.endAt(start, at) : -1
      at = readValue(scan, step, at)
      steps = step.next
    }
    return -1
  }

  private readId(scan: ByteScanner, start: number): number {
    const from = scan.takes(start, idKey)
    const end = from < 0 ? -1 : scan.text(from)
    if (end < 0 || !scan.hasSix(end + 1, atKey.four, atKey.two)) return -1
    this.id.from = from
    this.id.to = end
    this.at.from = end + 7
    this.at.to = scan.digits(end + 7)
    return this.at.to
  }

  private stepAt(scan: ByteScanner, at: number, steps: Step[]): Step | undefined {
    for (let index = 0; index < steps.length; index++) {
      const step = steps[index] as Step
      if (scan.takes(at, step.bytes) >= 0) return step
    }
    const between = this.keys.read(scan, at)
    if (!between) return undefined
    const {bytes, bits: of, value, name, place} = between
    const step: Step = {bytes, bits: of, value, place, name, piece: name ? this[name] : nowhere(), next: []}
    if (steps.push(step) > mostSteps) steps.shift()
    return step
  }

  /** Whether all is there; what is not is void or unknown, and rare enough to be left to who reads records. */
  private isWhole(bytes: Uint8Array): boolean {
    const {seen, ttlMs} = this
    switch (seen & kindBits) {
      case bits.claimed:
        this.kind = 'claimed'
        return (seen & claimBits) === claimBits && bytes[ttlMs.from] !== zero
      case bits.renewed:
        this.kind = 'renewed'
        return (seen & renewalBits) === renewalBits
      case bits.released:
        this.kind = 'released'
        if ((seen & statusBits) === 0 || (seen & statusBits) === statusBits) return false
        return (seen & renewalBits) === renewalBits
      default:
        return false
    }
  }

  private endAt(start: number, end: number): number {
    this.whole.from = start
    this.whole.to = end
    return end
  }
}

function readValue(scan: ByteScanner, {value, piece}: Step, from: number): number {
  piece.from = from
  switch (value) {
    case values.digits:
      piece.to = scan.digits(from)
      return piece.to
    case values.process:
      piece.to = readProcess(scan, from)
      return piece.to
    default:
      piece.to = value === values.name ? scan.name(from, piece) : scan.text(from)
      return piece.to < 0 ? -1 : piece.to + 1
  }
}

function nowhere(): Name {
  return {from: 0, to: 0, hash: 0}
}

const zero = 0x30
const brace = 0x7d
const newline = 0x0a
/** Some dozen hosts, with a few kinds of lines. */
const mostSteps = 48

const idKey = expected(ascii('{"v":1,"id":"'))
const atKey = {four: viewOf(ascii(',"at')).getInt32(0), two: viewOf(ascii('":')).getInt16(0)}
const startKey = expected(ascii(',"start":"'))
const namespaceKey = expected(ascii(',"namespace":"'))

/** Of a process, behind the key of its number. */
function readProcess(scan: ByteScanner, from: number): number {
  let at = scan.digits(from)
  if (at >= 0) at = scan.takes(at, startKey)
  if (at >= 0) at = scan.text(at)
  if (at < 0) return -1
  const namespace = scan.takes(at + 1, namespaceKey)
  if (namespace >= 0) at = scan.text(namespace)
  return at >= 0 && scan.bytes[at + 1] === brace ? at + 2 : -1
}
