import {isJobName} from '../job/job-name.js'
import type {Fold, FoldVerdict} from '../journal/fold.js'
import {isStamped, isTime, type RawRecord, type StampedRecord} from '../journal/record.js'
import {isToken} from '../lease/lease.js'
import type {GivenUpClaims} from './lease.js'

/**
 * What this host knows of the fleet: the fold of `fleet.jsonl`.
 *
 * - granted: `claim`, `token`, `ttlMs`, `serverAt`, `slotAt?`
 * - refused: `claim`, `reason`; of a lease that another has: `token`, `by`, `serverAt`, `slotAt?`; of a store that gave no
 *   answer: `detail`; `open` if a question may be carried out yet
 * - settled: `claim` that was given up, `slotAt`, `token`, `serverAt`; `unrun` if it had got its slot, which nobody ran
 * - lost: `claim`, `token`, `reason`; the job was ended
 * - released: `claim`, `token`, `status`, `serverAt`
 *
 * All carry `job` and guard's stamp. `claim` is the id of the run, or of the claim of `guard lease acquire`.
 */
export interface FleetKnown {
  /** By job, in the order of their last records. */
  readonly jobs: Map<string, KnownJob>
  /** When the store last answered this host, wall clock, ms. */
  answeredAt?: number
  /** Undefined while the store answers. */
  trouble?: StoreTrouble
}

interface KnownJob {
  /** The highest token of the job that this host has seen, of its own leases and of those that refused it. */
  readonly floor: number
  /** The last claim of this host, granted or not. */
  readonly claimId: string
  /** Oldest first. */
  readonly givenUp?: readonly GivenUp[]
  readonly sight?: LeaseSight
}

/** What this host last saw of the lease of a job: its own, or that of the host that refused it. */
export interface LeaseSight {
  readonly is: 'granted' | 'released' | 'lost' | 'held' | 'done'
  readonly token: number
  /** The other host. */
  readonly by?: string
  /** Wall clock, ms. */
  readonly at: number
}

/** A claim whose host goes without it, and which the store may grant all the same: its statement lives on there. */
interface GivenUp {
  readonly claimId: string
  readonly slotAt?: number
  /** Wall clock, ms. */
  readonly at: number
  /** That nobody ran its slot is on record. */
  readonly isTold?: true
}

export interface StoreTrouble {
  /** Id of the first record of it. */
  readonly id: string
  /** Of the last one. */
  readonly kind: StoreTroubleKind
  /** Wall clock, ms: of the first record, and of the last. */
  readonly since: number
  readonly at: number
  /** What the last one said. */
  readonly text: string
}

const troubleKinds = ['away', 'refused', 'invalid', 'unaddressed'] as const
/** See StoreFault. */
type StoreTroubleKind = (typeof troubleKinds)[number]

/** Jobs beyond this are forgotten, oldest first: a caller may use a new name for each build or request. */
const mostJobs = 20_000

export const fleetFold: Fold<FleetKnown> = {
  empty: () => ({jobs: new Map()}),
  apply: applyRecord,
  save: ({jobs, ...store}) => ({jobs: Array.from(jobs), ...store}),
  restore: (saved) => {
    const {jobs, ...store} = saved as Omit<FleetKnown, 'jobs'> & {readonly jobs: readonly [string, KnownJob][]}
    return {jobs: new Map(jobs), ...store}
  },
}

/** The highest token of the job that the fleet's store gave while this host looked. @returns 0 if it saw none */
export function fleetFloor({jobs}: FleetKnown, job: string): number {
  return jobs.get(job)?.floor ?? 0
}

/** The claims of the job that this host has given up, for its next claim. */
export function givenUpBy({jobs}: FleetKnown, job: string, slotAt: number | undefined): GivenUpClaims {
  const known = jobs.get(job)?.givenUp ?? []
  const ids = (claims: readonly GivenUp[]) => claims.map(({claimId}) => claimId)
  return {claimIds: ids(known), ofSlot: ids(known.filter((one) => slotAt !== undefined && one.slotAt === slotAt))}
}

/** Of an older one its slot is history. */
const longestAskedMs = 24 * 60 * 60 * 1000

interface UnsettledClaim extends GivenUp {
  readonly job: string
  readonly slotAt: number
}

/** Given-up claims of a slot, of which it is not known whether the store has granted them since. */
export function unsettledClaims({jobs}: FleetKnown, nowMs: number): readonly UnsettledClaim[] {
  return Array.from(jobs).flatMap(([job, {givenUp = []}]) =>
    givenUp.flatMap((one) => {
      const {slotAt, at, isTold} = one
      return slotAt === undefined || isTold || nowMs - at > longestAskedMs ? [] : [{...one, job, slotAt}]
    }),
  )
}

const kinds: readonly unknown[] = ['granted', 'refused', 'lost', 'released', 'settled']

function applyRecord(state: FleetKnown, record: RawRecord): FoldVerdict {
  const {job, claim, kind} = record
  if (!isStamped(record) || typeof job !== 'string' || !isJobName(job) || typeof claim !== 'string') return 'void'
  if (!kinds.includes(kind)) return 'void'
  const {token} = record
  const known = state.jobs.get(job)
  state.jobs.delete(job)
  const floor = Math.max(known?.floor ?? 0, isToken(token) ? token : 0)
  const givenUp = givenUpAfter(known?.givenUp ?? [], record)
  const claimId = kind === 'settled' ? (known?.claimId ?? claim) : claim
  const sight = sightOf(record) ?? known?.sight
  state.jobs.set(job, {floor, claimId, ...(givenUp.length > 0 && {givenUp}), ...(sight && {sight})})
  forgetOne(state)
  applyStore(state, record)
  return 'ok'
}

/** @returns undefined if the record tells of no lease */
function sightOf({kind, reason, token, by, at}: StampedRecord): LeaseSight | undefined {
  if (!isToken(token)) return undefined
  if (kind === 'granted' || kind === 'released' || kind === 'lost') return {is: kind, token, at}
  if (kind !== 'refused' || (reason !== 'held' && reason !== 'done')) return undefined
  return {is: reason, token, at, ...(typeof by === 'string' && {by})}
}

/** An outage may last for many slots of a job. */
const mostGivenUp = 32

/** A claim for a slot comes to nothing once that slot, or a later one, was given to another. */
function givenUpAfter(before: readonly GivenUp[], record: StampedRecord): readonly GivenUp[] {
  const {kind, claim, reason, slotAt, at} = record
  const isOver = (of: number | undefined) => isTime(slotAt) && of !== undefined && of <= slotAt
  if (kind === 'settled') {
    if (record['unrun'] !== true) return before.filter(({claimId}) => claimId !== claim)
    return before.map((one) => (one.claimId === claim ? {...one, isTold: true} : one))
  }
  const rest =
    kind === 'granted'
      ? before.filter((one) => one.claimId !== claim && one.slotAt !== undefined && !isOver(one.slotAt))
      : before.filter((one) => !(kind === 'refused' && reason === 'done' && isOver(one.slotAt)))
  if (kind !== 'refused' || record['open'] !== true || typeof claim !== 'string') return rest
  const one: GivenUp = {claimId: claim, at, ...(isTime(slotAt) && {slotAt})}
  return [...rest, one].slice(-mostGivenUp)
}

function applyStore(state: FleetKnown, record: StampedRecord): void {
  const {id, at, reason, detail, serverAt} = record
  if (isTime(serverAt)) {
    state.answeredAt = at
    delete state.trouble
    return
  }
  const kind = troubleKinds.find((known) => known === reason)
  if (record.kind !== 'refused' || kind === undefined) return
  // Another fault is no other trouble, else a store that fails in two ways by turns is told of with each run.
  const before = state.trouble ?? {id, since: at}
  state.trouble = {id: before.id, kind, since: before.since, at, text: typeof detail === 'string' ? detail : kind}
}

function forgetOne({jobs}: FleetKnown): void {
  const [oldest] = jobs.keys()
  if (jobs.size > mostJobs && oldest !== undefined) jobs.delete(oldest)
}
