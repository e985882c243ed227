import type {Lease} from './lease.js'
import {idOffset, valueFields} from './lease-fields.js'
import type {Place} from './process-ref.js'

/** Makes a text of some bytes that are ASCII, which none but the system does quickly. */
export type AsciiText = (bytes: Uint8Array, from: number, to: number) => string

interface Shared {
  readonly value: number
}

/** What src/assembly/leases.ts exports, and explains. Places in its memory are numbers. */
export interface LeaseExports {
  /** Never grows once the program is there. */
  readonly memory: {readonly buffer: ArrayBuffer}
  readonly input: Shared
  readonly inputBytes: Shared
  readonly nameInput: Shared
  readonly values: Shared
  readonly lineBytes: Shared
  readonly taken: Shared
  readonly isNewJob: Shared
  readonly seen: Shared
  readonly grants: Shared
  setGrants(to: number): void
  fold(start: number, end: number): number
  read(start: number): number
  numberOf(field: number): number
  placeNumber(): number
  placeText(): number
  placeLength(): number
  find(name: number, length: number): number
  add(name: number, length: number): number
  know(row: number, token: number, isHeld: number, place: number, idLength: number): void
  idOf(row: number): number
  lineOf(row: number, which: number): number
  waits(row: number, which: number): number
  settle(row: number, which: number): void
  tokenOf(row: number): number
  changeOf(row: number): number
  noteChange(row: number): void
  clear(): void
}

/** Beyond so many nobody knows any more what they were: a journal of a few hosts sees some in a year. */
const mostPlaces = 1000

/** The lines of leases as src/assembly/ reads them, with what it leaves to us: texts. */
export class LeaseLines {
  readonly program: LeaseExports
  private readonly textOf: AsciiText
  private readonly bytes: Uint8Array
  private readonly values: Uint32Array
  private readonly places = new Map<number, Place>()

  constructor(program: LeaseExports, textOf: AsciiText) {
    const {buffer} = program.memory
    this.program = program
    this.textOf = textOf
    this.bytes = new Uint8Array(buffer)
    this.values = new Uint32Array(buffer, program.values.value, 2 * valueFields)
  }

  /** Takes whole lines over. False: there is no room for so many. */
  open(lines: Uint8Array): boolean {
    const {input, inputBytes} = this.program
    if (lines.length > inputBytes.value) return false
    this.bytes.set(lines, input.value)
    return true
  }

  /** Folds the lines from `start` to `end`, as they were taken over, and returns where it stopped. */
  fold(start: number, end: number): number {
    const {input} = this.program
    return this.program.fold(input.value + start, input.value + end) - input.value
  }

  /** Of the line that was read last, whether it has any of the fields whose bits these are. */
  has(bits: number): boolean {
    return (this.program.seen.value & bits) > 0
  }

  text(field: number): string {
    return this.textOf(this.bytes, this.values[2 * field] as number, this.values[2 * field + 1] as number)
  }

  number(field: number): number {
    return this.program.numberOf(field)
  }

  place(): Place {
    const {program} = this
    const number = program.placeNumber()
    const known = this.places.get(number)
    if (known) return known
    const from = program.placeText()
    // What stands there begins with a comma.
    const place = JSON.parse(`{${this.textOf(this.bytes, from + 1, from + program.placeLength())}}`) as Place
    if (this.places.size === mostPlaces) this.places.clear()
    this.places.set(number, place)
    return place
  }

  /** The row of a job; -1: it has none. */
  find(job: string): number {
    return this.program.find(this.written(job), job.length)
  }

  /** A row for a job that has none. */
  add(job: string): number {
    return this.program.add(this.written(job), job.length)
  }

  /** Tells of the lease that a row's job has. */
  know(row: number, lease: Lease | undefined): void {
    const {program} = this
    const place = program.placeNumber()
    const isHere = lease !== undefined && place > 0 && isSamePlace(lease, this.place())
    const token = lease?.token ?? 0
    program.know(row, token, lease && !lease.released ? 1 : 0, isHere ? place : 0, this.writeId(row, lease?.claimId))
  }

  /** Returns its length; -1: no line could name it. */
  private writeId(row: number, id: string | undefined): number {
    const {program} = this
    const isPlain = id !== undefined && id.length < program.lineBytes.value - idOffset && /^[\x20-\x7e]*$/.test(id)
    if (!isPlain) return -1
    this.write(program.idOf(row), id)
    return id.length
  }

  private write(at: number, text: string): void {
    for (let index = 0; index < text.length; index++) this.bytes[at + index] = text.charCodeAt(index)
  }

  private written(name: string): number {
    const at = this.program.nameInput.value
    this.write(at, name)
    return at
  }
}

function isSamePlace(one: Place, other: Place): boolean {
  return one.boot === other.boot && one.host === other.host
}
