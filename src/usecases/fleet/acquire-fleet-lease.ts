import {type FleetKnown, fleetFloor, givenUpBy, type StoreTrouble} from '../../domain/fleet/known.js'
import type {FleetAnswer, FleetClaim, FleetLease} from '../../domain/fleet/lease.js'
import {StoreFault} from '../../domain/fleet/store-fault.js'
import {renewalTimes} from '../../domain/lease/lease.js'
import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'
import type {Clock} from '../../system/host/clock.js'
import {askStore} from './ask-store.js'
import type {FleetStore} from './store.js'

export interface FleetDeps {
  readonly clock: Clock
  /** From 0 to 1. */
  readonly random: () => number
  readonly store: FleetStore
  /** Undefined if the state directory cannot be used. */
  readonly known: Journal<FleetKnown> | undefined
  /** By which the other hosts know this one. */
  readonly host: string
  /** A store that is away is tried again for so long. */
  readonly waitMs: number
  /** The highest token of the job in the journals of this machine. Throws GuardError `io`. */
  readonly machineFloor: (job: string) => number
  /** Makes the leases of this machine go on above a token of the fleet. Throws GuardError `io`. */
  readonly raiseMachine: (job: string, token: number) => void
  /** Tells a person once that the store fails this host, and once that it answers again. */
  readonly tell: (trouble: StoreTrouble, is: 'begun' | 'over') => void
  readonly warn: (text: string) => void
}

export interface FleetRequest extends Pick<FleetClaim, 'job' | 'holder' | 'claimId' | 'ttlMs'> {
  readonly slotAt: number | undefined
  /** How long to wait for a lease that another host has; 0 for not at all. */
  readonly patienceMs: number
  /** Ends the wait early. */
  readonly isWanted?: () => boolean
  /** Its run takes place also if the store gives no answer: what is granted after that is not given up. */
  readonly runsAnyway?: boolean
}

export interface FleetGrant {
  readonly lease: FleetLease
  /** Monotonic clock, ms, before the question: from then on the lease is counted, because the answer took its time. */
  readonly askedAt: number
}

type FleetRefusal = Exclude<FleetAnswer, {readonly state: 'granted'}>
type FleetClaimed = {readonly granted: FleetGrant} | {readonly refused: FleetRefusal}

/** The shortest and the longest pause between two questions for a lease that another host has, ms. */
const [shortestPollMs, longestPollMs] = [500, 1500]

/** A store that is so slow each time is no process that was stopped; the lease is then short from the start. */
const mostLate = 3

/** Claims the lease of the fleet; tells a person of a store that fails, and of its end. Rejects with StoreFault if the store gives no answer, or no useful one. */
export async function acquireFleetLease(deps: FleetDeps, request: FleetRequest): Promise<FleetClaimed> {
  const before = troubleOf(deps)
  try {
    const claimed = await claimLease(deps, request)
    if (before) deps.tell(before, 'over')
    return claimed
  } catch (error) {
    const trouble = error instanceof StoreFault ? troubleOf(deps) : undefined
    if (trouble) deps.tell(trouble, 'begun')
    throw error
  }
}

/** A journal that cannot be read knows of none. */
function troubleOf({known}: FleetDeps): StoreTrouble | undefined {
  try {
    return known?.read().trouble
  } catch (error) {
    if (error instanceof GuardError) return undefined
    throw error
  }
}

async function claimLease(deps: FleetDeps, request: FleetRequest): Promise<FleetClaimed> {
  const {clock, random} = deps
  const deadline = clock.mono() + request.patienceMs
  const claim = claimOf(deps, request)
  const asked: Asked = {isOpen: false, runsAnyway: request.runsAnyway === true}
  for (let late = 0; ; ) {
    const {answer, askedAt} = await askOnce(deps, claim, asked)
    if (answer.state === 'granted') {
      // A process that was stopped after its question asks again: its lease may be another's by now.
      if (clock.mono() - askedAt >= renewalTimes(request.ttlMs).everyMs && ++late < mostLate) {
        asked.isOpen = true
        continue
      }
      noteGrant(deps, claim, answer.lease)
      return {granted: {lease: answer.lease, askedAt}}
    }
    const restMs = deadline - clock.mono()
    if (answer.state === 'held' && restMs > 0) {
      await clock.sleep(Math.min(restMs, shortestPollMs + random() * (longestPollMs - shortestPollMs)))
      if (request.isWanted?.() !== false) continue
    }
    noteRefusal(deps, claim, answer, asked)
    return {refused: answer}
  }
}

interface Asked {
  /** The claim may have been granted, or may be yet: a question of it got no answer that counts. */
  isOpen: boolean
  readonly runsAnyway: boolean
}

async function askOnce(
  deps: FleetDeps,
  claim: FleetClaim,
  asked: Asked,
): Promise<{readonly answer: FleetAnswer; readonly askedAt: number}> {
  let askedAt = deps.clock.mono()
  const ask = () => {
    askedAt = deps.clock.mono()
    return deps.store.acquire(claim).catch((error: unknown) => {
      if (error instanceof StoreFault && error.isOpen) asked.isOpen = true
      throw error
    })
  }
  try {
    const answer = await askStore(deps, deps.waitMs, ask)
    return {answer, askedAt}
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error
    const isGivenUp = error.kind !== 'away' || !asked.runsAnyway
    const open = isGivenUp ? openOf(asked) : {}
    note(deps, {kind: 'refused', ...of(claim), reason: error.kind, detail: error.message, ...open})
    throw error
  }
}

function openOf({isOpen}: Asked): {readonly open?: true} {
  return isOpen ? {open: true} : {}
}

function claimOf(deps: FleetDeps, {job, holder, claimId, ttlMs, slotAt}: FleetRequest): FleetClaim {
  const floors = [() => (deps.known ? fleetFloor(deps.known.read(), job) : 0), () => deps.machineFloor(job)].map(
    (read) => journalOr(deps, job, 0, read),
  )
  const floor = Math.max(...floors)
  const givenUp = journalOr(deps, job, noneGivenUp, () =>
    deps.known ? givenUpBy(deps.known.read(), job, slotAt) : noneGivenUp,
  )
  return {job, host: deps.host, holder, claimId, ttlMs, floor, givenUp, ...(slotAt !== undefined && {slotAt})}
}

const noneGivenUp = {claimIds: [], ofSlot: []}

/** A journal that cannot be read stops no job: the store has its own token. */
function journalOr<T>({warn}: FleetDeps, job: string, otherwise: T, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    warn(`what ${job} has had in the fleet is not known: ${error.message}`)
    return otherwise
  }
}

function of({job, claimId, slotAt}: FleetClaim): {
  readonly job: string
  readonly claim: string
  readonly slotAt?: number
} {
  return {job, claim: claimId, ...(slotAt !== undefined && {slotAt})}
}

function noteGrant(deps: FleetDeps, claim: FleetClaim, {token, ttlMs, serverAt}: FleetLease): void {
  note(deps, {kind: 'granted', ...of(claim), token, ttlMs, serverAt}, 'durable')
  raise(deps, claim.job, token)
}

function noteRefusal(deps: FleetDeps, claim: FleetClaim, answer: FleetRefusal, asked: Asked): void {
  const {serverAt} = answer.state === 'early' ? answer : answer.lease
  const lease = answer.state === 'early' ? undefined : answer.lease
  const other = lease && {token: lease.token, by: lease.host}
  note(deps, {kind: 'refused', ...of(claim), reason: answer.state, ...other, serverAt, ...openOf(asked)})
  if (lease) raise(deps, claim.job, lease.token)
}

function raise(deps: FleetDeps, job: string, token: number): void {
  try {
    deps.raiseMachine(job, token)
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    deps.warn(`the leases of this machine do not know the token of ${job}: ${error.message}`)
  }
}

/** Writes a record into `fleet.jsonl`. A journal that cannot be written stops no job. */
export function note(
  {known, warn}: Pick<FleetDeps, 'known' | 'warn'>,
  entry: {readonly kind: string; readonly job: string; readonly [field: string]: unknown},
  durability: 'durable' | 'buffered' = 'buffered',
): void {
  try {
    known?.note(entry, durability)
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    warn(`${entry.kind} of ${entry.job} in the fleet is not recorded: ${error.message}`)
  }
}
