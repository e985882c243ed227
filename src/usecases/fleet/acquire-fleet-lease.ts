import type {FleetAnswer, FleetClaim} from '../../domain/fleet/lease.js'
import {StoreFault} from '../../domain/fleet/store-fault.js'
import {renewalTimes} from '../../domain/lease/lease.js'
import {askStore} from './ask-store.js'
import {claimOf, troubleOf} from './claim-of.js'
import type {FleetDeps, FleetGrant, FleetRefusal, FleetRequest} from './fleet-deps.js'
import {noteAsked, noteFault, noteGrant, noteRefusal} from './fleet-records.js'
import {recordUnfencedRuns} from './unfenced-run.js'

type FleetClaimed = {readonly granted: FleetGrant} | {readonly refused: FleetRefusal}

/** The shortest and the longest pause between two questions for a lease that another host has, ms. */
const [shortestPollMs, longestPollMs] = [500, 1500]

/** If the store is that slow each time, no process was stopped meanwhile; the lease is then short from the start. */
const mostLate = 3

/** Claims the lease of the fleet; tells a person of a store that fails. Rejects with StoreFault if the store gives no answer, or no useful one. */
export async function acquireFleetLease(deps: FleetDeps, request: FleetRequest): Promise<FleetClaimed> {
  try {
    return await claimLease(deps, request)
  } catch (error) {
    const trouble = error instanceof StoreFault ? troubleOf(deps) : undefined
    if (trouble) deps.tell(trouble, 'begun')
    throw error
  }
}

async function claimLease(deps: FleetDeps, request: FleetRequest): Promise<FleetClaimed> {
  const {clock, random} = deps
  const deadline = clock.mono() + request.patienceMs
  await recordUnfencedRuns(deps, request.job)
  const claim = await claimOf(deps, request)
  const asked: Asked = {isOpen: false, runsAnyway: request.runsAnyway === true}
  // If guard is killed before it has the answer, only this record leads to what was granted.
  noteAsked(deps, claim)
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
    noteRefusal(deps, claim, answer, asked.isOpen)
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
    noteFault(deps, claim, error, {isOpen: asked.isOpen, isUnfenced: error.kind === 'away' && asked.runsAnyway})
    throw error
  }
}
