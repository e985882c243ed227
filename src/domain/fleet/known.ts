import {isJobName} from '../job/job-name.js'
import type {Fold, FoldVerdict} from '../journal/fold.js'
import {isStamped, isTime, type RawRecord, type StampedRecord} from '../journal/record.js'
import {isToken} from '../lease/lease.js'
import {isUnsettled, type OpenClaim, openClaimsAfter} from './open-claims.js'

/**
 * What this host knows of the fleet: the fold of `fleet.jsonl`.
 *
 * - asked: `claim`, `process?` of guard, `slotAt?`; written before the first question
 * - granted: `claim`, `token`, `ttlMs`, `serverAt`, `slotAt?`
 * - refused: `claim`, `reason`; of a lease that another has: `token`, `by`, `serverAt`, `slotAt?`; of a store that gave no
 *   answer: `detail`; `open` if a question may be carried out yet, `unfenced` if its run takes place all the same
 * - settled: `claim` that was open, and perhaps of the present lease `token`, `serverAt`; `unrun` if the claim had got its
 *   slot, which nobody ran
 * - lost: `claim`, `token`, `reason`; the job was ended
 * - released: `claim`, `token`, `status`, `serverAt`
 * - answered: the store has answered another question, after trouble; it has no job
 *
 * All others carry `job`, and all guard's stamp. `claim` is the id of the run, or of the claim of `guard lease acquire`.
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
  readonly openClaims?: readonly OpenClaim[]
  readonly sight?: LeaseSight
}

/** What this host last saw of the lease of a job: its own, or that of the host that refused it. */
interface LeaseSight {
  readonly is: 'granted' | 'released' | 'lost' | 'held' | 'done'
  readonly token: number
  /** The other host. */
  readonly by?: string
  /** Wall clock, ms. */
  readonly at: number
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

/**
 * What this host last saw of the lease of a job.
 *
 * - unseen: it has not asked for it
 * - unanswered: no answer to its questions has told of it
 */
export function leaseSight({jobs}: FleetKnown, job: string): LeaseSight | 'unseen' | 'unanswered' {
  const known = jobs.get(job)
  return known === undefined ? 'unseen' : (known.sight ?? 'unanswered')
}

/** The claims of a job of which the end is not on record. */
export function openClaimsOf({jobs}: FleetKnown, job: string): readonly OpenClaim[] {
  return jobs.get(job)?.openClaims ?? []
}

/** The claims of all jobs whose fate has yet to be found out. */
export function unsettledClaims({jobs}: FleetKnown, nowMs: number): readonly (OpenClaim & {readonly job: string})[] {
  return Array.from(jobs).flatMap(([job, {openClaims = []}]) =>
    openClaims.filter((one) => isUnsettled(one, nowMs)).map((one) => ({...one, job})),
  )
}

const kinds: readonly unknown[] = ['asked', 'granted', 'refused', 'lost', 'released', 'settled']

function applyRecord(state: FleetKnown, record: RawRecord): FoldVerdict {
  const {job, claim, kind} = record
  if (kind === 'answered' && isStamped(record)) {
    applyStore(state, record)
    return 'ok'
  }
  if (!isStamped(record) || typeof job !== 'string' || !isJobName(job) || typeof claim !== 'string') return 'void'
  if (!kinds.includes(kind)) return 'void'
  const {token} = record
  const known = state.jobs.get(job)
  state.jobs.delete(job)
  const floor = Math.max(known?.floor ?? 0, isToken(token) ? token : 0)
  const openClaims = openClaimsAfter(known?.openClaims ?? [], record)
  const claimId = kind === 'settled' ? (known?.claimId ?? claim) : claim
  const sight = sightOf(record) ?? known?.sight
  state.jobs.set(job, {floor, claimId, ...(openClaims.length > 0 && {openClaims}), ...(sight && {sight})})
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

function applyStore(state: FleetKnown, record: StampedRecord): void {
  const {id, at, reason, detail, serverAt} = record
  if (isTime(serverAt) || record.kind === 'answered') {
    state.answeredAt = at
    delete state.trouble
    return
  }
  const kind = troubleKinds.find((known) => known === reason)
  if (record.kind !== 'refused' || kind === undefined) return
  // Another fault is the same trouble: else a store that fails in two ways by turns would be told with each run.
  const before = state.trouble ?? {id, since: at}
  state.trouble = {id: before.id, kind, since: before.since, at, text: typeof detail === 'string' ? detail : kind}
}

function forgetOne({jobs}: FleetKnown): void {
  const [oldest] = jobs.keys()
  if (jobs.size > mostJobs && oldest !== undefined) jobs.delete(oldest)
}
