import {ascii, type ByteScanner, type Expected, expected, type Piece, textOf} from './byte-scanner.js'
import type {Place} from './process-ref.js'

/**
 * One record of a lease as guard writes it, its texts left where they stand. It is used again and again: a first pass
 * over a million lines leaves nothing to collect.
 */
export interface LeaseLine {
  kind: 'claimed' | 'renewed' | 'released' | 'none'
  readonly id: Piece
  at: number
  mono: number
  place: WrittenPlace
  readonly job: Piece
  readonly holder: Piece
  ttlMs: number
  readonly claim: Piece
  token: number
  /** 1: ok, 2: error, 0: none. */
  status: number
  readonly over: Piece
  readonly detail: Piece
  /** As JSON. */
  readonly ownProcess: Piece
  readonly jobProcess: Piece
}

/** Boot and host, and the bytes in which they stand. */
interface WrittenPlace extends Place {
  readonly bytes: Expected
}

/** V8 gives a field that has once held a fraction a place of its own, and writes it again without a new number. */
const fraction = 0.5

export function emptyLine(): LeaseLine {
  return {
    kind: 'none',
    id: absent(),
    at: fraction,
    mono: fraction,
    place: {boot: '', host: '', bytes: written('none')},
    job: absent(),
    holder: absent(),
    ttlMs: fraction,
    claim: absent(),
    token: 0,
    status: 0,
    over: absent(),
    detail: absent(),
    ownProcess: absent(),
    jobProcess: absent(),
  }
}

function absent(): Piece {
  return {from: -1, to: -1}
}

/** False: the line is not quite what guard writes, and `line` means nothing. Ends behind the newline. */
export function readLeaseLine(scan: ByteScanner, line: LeaseLine): boolean {
  clear(line)
  if (!readStamp(scan, line)) return false
  while (scan.ahead(0) === comma) if (!readField(scan, line)) return false
  // A release without a status is void, and what has no kind nobody knows: rare enough to be left to others.
  return endsHere(scan) && line.kind !== 'none' && (line.kind !== 'released' || line.status !== 0)
}

function clear(line: LeaseLine): void {
  line.kind = 'none'
  line.status = 0
  line.ttlMs = 0
  line.token = 0
  line.job.from = -1
  line.holder.from = -1
  line.claim.from = -1
  line.over.from = -1
  line.detail.from = -1
  line.ownProcess.from = -1
  line.jobProcess.from = -1
}

const comma = 0x2c
const brace = 0x7d
const newline = 0x0a

function endsHere(scan: ByteScanner): boolean {
  if (scan.ahead(0) !== brace || scan.ahead(1) !== newline) return false
  scan.at += 2
  return true
}

const written = (text: string) => expected(ascii(text))
const idKey = written('{"v":1,"id":')
const atKey = written(',"at":')
const monoKey = written(',"mono":')
const bootKey = written(',"boot":')
const hostKey = written(',"host":')

function readStamp(scan: ByteScanner, line: LeaseLine): boolean {
  if (!scan.takes(idKey) || !scan.string(line.id) || !scan.takes(atKey)) return false
  line.at = scan.integer()
  if (!scan.takes(monoKey)) return false
  line.mono = scan.integer()
  return scan.takes(line.place.bytes) || readPlace(scan, line)
}

/** Boot and host are those of the line before, but for a few lines in a million. */
function readPlace(scan: ByteScanner, line: LeaseLine): boolean {
  const start = scan.at
  if (!scan.takes(bootKey) || !scan.string(some)) return false
  const boot = textOf(scan.bytes, some)
  if (!scan.takes(hostKey) || !scan.string(some)) return false
  line.place = {boot, host: textOf(scan.bytes, some), bytes: expected(scan.bytes.slice(start, scan.at))}
  return true
}

const some = absent()

const keys = {
  kind: written(',"kind":'),
  job: written(',"job":'),
  jobProcess: written(',"jobProcess":'),
  holder: written(',"holder":'),
  ttlMs: written(',"ttlMs":'),
  token: written(',"token":'),
  claim: written(',"claim":'),
  status: written(',"status":'),
  detail: written(',"detail":'),
  over: written(',"over":'),
  process: written(',"process":'),
}

function readField(scan: ByteScanner, line: LeaseLine): boolean {
  // Behind a comma and a quote.
  switch (scan.ahead(2)) {
    case 0x6b: // k
      return scan.takes(keys.kind) && readKind(scan, line)
    case 0x6a: // j
      if (scan.takes(keys.job)) return scan.string(line.job)
      return scan.takes(keys.jobProcess) && readProcess(scan, line.jobProcess)
    case 0x68: // h
      return scan.takes(keys.holder) && scan.string(line.holder)
    case 0x74: // t
      if (scan.takes(keys.token)) line.token = scan.integer()
      else if (scan.takes(keys.ttlMs)) line.ttlMs = scan.integer()
      else return false
      return true
    case 0x63: // c
      return scan.takes(keys.claim) && scan.string(line.claim)
    case 0x73: // s
      return scan.takes(keys.status) && readStatus(scan, line)
    case 0x64: // d
      return scan.takes(keys.detail) && scan.string(line.detail)
    case 0x6f: // o
      return scan.takes(keys.over) && scan.string(line.over)
    case 0x70: // p
      return scan.takes(keys.process) && readProcess(scan, line.ownProcess)
    default:
      return false
  }
}

const claimed = written('"claimed"')
const renewed = written('"renewed"')
const released = written('"released"')
const ok = written('"ok"')
const error = written('"error"')

function readKind(scan: ByteScanner, line: LeaseLine): boolean {
  if (scan.takes(claimed)) line.kind = 'claimed'
  else if (scan.takes(released)) line.kind = 'released'
  else if (scan.takes(renewed)) line.kind = 'renewed'
  else return false
  return true
}

function readStatus(scan: ByteScanner, line: LeaseLine): boolean {
  if (scan.takes(ok)) line.status = 1
  else if (scan.takes(error)) line.status = 2
  else return false
  return true
}

const pidKey = written('{"pid":')
const startKey = written(',"start":')
const namespaceKey = written(',"namespace":')

function readProcess(scan: ByteScanner, place: Piece): boolean {
  place.from = scan.at
  if (!scan.takes(pidKey) || scan.integer() === 0) return false
  if (!scan.takes(startKey) || !scan.string(some)) return false
  if (scan.takes(namespaceKey) && !scan.string(some)) return false
  place.to = scan.at + 1
  scan.at += 1
  return scan.bytes[scan.at - 1] === brace
}
