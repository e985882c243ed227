import {isJobName} from '../job/job-name.js'
import type {Fold, FoldVerdict} from '../journal/fold.js'
import {isStamped, isTime, type RawRecord, type StampedRecord} from '../journal/record.js'
import {isToken} from '../lease/lease.js'

/**
 * What this host knows of the fleet: the fold of `fleet.jsonl`.
 *
 * - granted: `claim`, `token`, `ttlMs`, `serverAt`, `slotAt?`
 * - refused: `claim`, `reason`; of a lease that another has: `token`, `by`, `serverAt`, `slotAt?`; of a store that gave no
 *   answer: `detail`
 * - lost: `claim`, `token`, `reason`; the job was ended
 * - released: `claim`, `token`, `status`, `serverAt`
 *
 * All four carry `job` and guard's stamp. `claim` is the id of the run, or of the claim of `guard lease acquire`.
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
}

export interface StoreTrouble {
  /** Id of the first record of it. */
  readonly id: string
  readonly kind: StoreTroubleKind
  /** Wall clock, ms: of the first record, and of the last. */
  readonly since: number
  readonly at: number
  /** What the last one said. */
  readonly text: string
}

const troubleKinds = ['away', 'refused', 'invalid'] as const
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

const kinds: readonly unknown[] = ['granted', 'refused', 'lost', 'released']

function applyRecord(state: FleetKnown, record: RawRecord): FoldVerdict {
  const {job, claim, kind} = record
  if (!isStamped(record) || typeof job !== 'string' || !isJobName(job) || typeof claim !== 'string') return 'void'
  if (!kinds.includes(kind)) return 'void'
  const {token} = record
  const known = state.jobs.get(job)
  state.jobs.delete(job)
  state.jobs.set(job, {floor: Math.max(known?.floor ?? 0, isToken(token) ? token : 0), claimId: claim})
  forgetOne(state)
  applyStore(state, record)
  return 'ok'
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
  const before = state.trouble?.kind === kind ? state.trouble : {id, since: at}
  state.trouble = {id: before.id, kind, since: before.since, at, text: typeof detail === 'string' ? detail : kind}
}

function forgetOne({jobs}: FleetKnown): void {
  const [oldest] = jobs.keys()
  if (jobs.size > mostJobs && oldest !== undefined) jobs.delete(oldest)
}
