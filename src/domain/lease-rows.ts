import type {Column} from './column.js'
import type {Lease, LeaseStatus, Release} from './lease.js'
import {type ByName, LeaseMap} from './lease-map.js'

/** What a glance at a job asks of its lease. */
export type LeaseSign = Pick<
  Lease,
  'claimedAt' | 'claimedMono' | 'seenAt' | 'expiresAt' | 'expiresMono' | 'ttlMs' | 'boot' | 'host'
> & {readonly released?: Pick<Release, 'status'> | undefined}

/** Leases for who glances at all of them: to make ten thousand takes 30 ms, to read of each what is asked takes 2. */
export class LeaseRows extends LeaseMap<Lease> {
  private readonly row: RowSign

  constructor(leases: Column) {
    super(leases, 'job')
    this.row = new RowSign(leases)
  }

  /** Until the next question. */
  sign(job: string): LeaseSign | undefined {
    const found = this.found(job)
    return typeof found === 'number' ? this.row.moveTo(found) : found
  }
}

/** Tells of a job its lease, or as much of it as a glance asks, until the next question. */
export function signsOf(leases: ByName<Lease>): (job: string) => LeaseSign | undefined {
  return leases instanceof LeaseRows ? (job) => leases.sign(job) : (job) => leases.get(job)
}

/** One row after the other, read where it stands, each field in as few steps as there can be. */
class RowSign implements LeaseSign {
  private row = 0
  private readonly claimed: Times
  private readonly expires: Times
  private readonly seen: Numbers
  private readonly ttl: Numbers
  private readonly boots: Choice<string>
  private readonly hosts: Choice<string>
  private readonly releases: Choice<SomeRelease>

  constructor(leases: Column) {
    const of = (name: string) => fieldOf(leases, name)
    this.claimed = {at: numbersIn(of('claimedAt')), mono: numbersIn(of('claimedMono'))}
    this.expires = {at: numbersIn(of('expiresAt')), mono: numbersIn(of('expiresMono'))}
    this.seen = numbersIn(of('seenAt'))
    this.ttl = numbersIn(of('ttlMs'))
    this.boots = choiceIn(of('boot'), (boot) => boot as string)
    this.hosts = choiceIn(of('host'), (host) => host as string)
    this.releases = choiceIn(fieldOf(of('released'), 'status'), (status) => releases[status as LeaseStatus])
  }

  moveTo(row: number): this {
    this.row = row
    return this
  }

  get claimedAt(): number {
    return numberIn(this.claimed.at, this.row)
  }

  get claimedMono(): number {
    return numberIn(this.claimed.mono, this.row)
  }

  get seenAt(): number {
    return numberIn(this.seen, this.row)
  }

  get expiresAt(): number {
    return numberIn(this.expires.at, this.row)
  }

  get expiresMono(): number {
    return numberIn(this.expires.mono, this.row)
  }

  get ttlMs(): number {
    return numberIn(this.ttl, this.row)
  }

  get boot(): string {
    return valueIn(this.boots, this.row) as string
  }

  get host(): string {
    return valueIn(this.hosts, this.row) as string
  }

  get released(): SomeRelease | undefined {
    return valueIn(this.releases, this.row)
  }
}

type SomeRelease = Pick<Release, 'status'>

const releases = {ok: {status: 'ok'}, error: {status: 'error'}} as const

const nothing: Column = {few: {}}

function fieldOf(column: Column, name: string): Column {
  if ('is' in column) return column.is[name] ?? nothing
  if (!('few' in column)) return nothing
  const objects = Object.entries(column.few as Readonly<Record<number, Readonly<Record<string, unknown>>>>)
  return {few: Object.fromEntries(objects.map(([row, object]) => [row, object[name]])) as Record<number, unknown>}
}

interface Times {
  readonly at: Numbers
  readonly mono: Numbers
}

/** Numbers of which there is one in each row. */
interface Numbers {
  readonly from: number
  readonly plus: readonly number[]
  readonly each: number
}

function numbersIn(column: Column): Numbers {
  if ('plus' in column) return {from: column.from, plus: column.plus as readonly number[], each: 1}
  if ('all' in column) return {from: column.all as number, plus: [0], each: 0}
  const list = 'of' in column ? column.at.map((at) => column.of[at ?? -1]) : column
  return {from: 0, plus: list as readonly number[], each: 1}
}

function numberIn({from, plus, each}: Numbers, row: number): number {
  return from + (plus[row * each] as number)
}

/** Few values, and the index of each row's; without indexes it is the same everywhere. */
interface Choice<T> {
  readonly values: readonly T[]
  readonly at: Readonly<Record<number, number | null>> | undefined
}

function choiceIn<T>(column: Column, read: (written: unknown) => T): Choice<T> {
  if ('all' in column) return {values: [read(column.all)], at: undefined}
  if ('of' in column) return {values: column.of.map(read), at: column.at}
  const rows: Readonly<Record<number, unknown>> = 'few' in column ? column.few : (column as readonly unknown[])
  const values: T[] = []
  const at: Record<number, number> = {}
  for (const row in rows) if (rows[row] !== null) at[row] = values.push(read(rows[row])) - 1
  return {values, at}
}

function valueIn<T>({values, at}: Choice<T>, row: number): T | undefined {
  return at === undefined ? values[0] : values[at[row] ?? -1]
}
