import type {FleetHolding, FleetLease, FleetTicket} from '../../domain/fleet/lease.js'
import {faultText, lossText, refusalText} from '../../domain/fleet/refusal.js'
import {reportFleetLease} from '../../domain/fleet/report.js'
import {StoreFault} from '../../domain/fleet/store-fault.js'
import {GuardError} from '../../errors.js'
import {acquireFleetLease} from './acquire-fleet-lease.js'
import {askStore} from './ask-store.js'
import type {FleetDeps, FleetRequest} from './fleet-deps.js'
import {note} from './fleet-records.js'
import {noteAnswer} from './note-answer.js'
import type {FleetStore} from './store.js'

/** The verbs of `guard lease` for a fleet. All reject with GuardError `io` if the store is of no use. */

/** Rejects with GuardError `busy` and the other host's lease, too. */
export async function takeFleetLease(deps: FleetDeps, request: Omit<FleetRequest, 'slotAt'>): Promise<FleetLease> {
  const claimed = await orIo(acquireFleetLease(deps, {...request, slotAt: undefined}))
  if ('granted' in claimed) return claimed.granted.lease
  const {refused} = claimed
  const lease = refused.state === 'early' ? undefined : reportFleetLease(refused.lease)
  throw new GuardError(
    'busy',
    `the lease of ${request.job} in the fleet is not free: ${refusalText(refused)}`,
    [`see the holder: guard lease show ${request.job} --scope fleet`, 'wait for it: --wait 30s'],
    {details: {lease}},
  )
}

/** Keeps it for another ttl of the same length. Rejects with GuardError `fenced`, too. */
export async function renewFleetLease(deps: FleetDeps, ticket: FleetTicket): Promise<FleetLease> {
  return held(ticket, await ask(deps, (store) => store.renew(ticket)))
}

/** Rejects with GuardError `fenced`, too; a second call changes nothing. */
export async function releaseFleetLease(
  deps: FleetDeps,
  ticket: FleetTicket,
  end: {readonly status: 'ok' | 'error'; readonly detail: string | undefined},
): Promise<FleetLease> {
  const {job, token} = ticket
  const {status, detail} = end
  const more = detail === undefined ? {} : {detail}
  // A lease that is given back by hand was no run of the job.
  const holding = await ask(deps, (store) => store.release({job, token, status, ...more, isUncounted: true}))
  const {lease} = holding
  if (lease?.token !== token) throw fenced(ticket, holding)
  note(deps, {kind: 'released', job, claim: lease.claimId, token, status, serverAt: lease.serverAt})
  return lease
}

/** Rejects with GuardError `fenced` unless the token still holds. */
export async function checkFleetLease(deps: FleetDeps, ticket: FleetTicket): Promise<FleetLease> {
  return held(ticket, await ask(deps, (store) => store.check(ticket)))
}

/** Every job that a host of the fleet has claimed, by name. */
export function listFleetLeases(deps: FleetDeps): Promise<readonly FleetLease[]> {
  return ask(deps, (store) => store.list())
}

function held(ticket: FleetTicket, holding: FleetHolding): FleetLease {
  if (holding.state === 'held') return holding.lease
  throw fenced(ticket, holding)
}

function fenced(ticket: FleetTicket, holding: FleetHolding): GuardError {
  const {job, token} = ticket
  const renew = `unless another host has it, it can still be renewed: guard lease renew ${job} --token ${token}`
  const stop = 'stop what this token protects, then take a new lease: guard lease acquire'
  return new GuardError(
    'fenced',
    `token ${token} does not hold the lease of ${job} in the fleet: ${lossText(ticket, holding)}`,
    [holding.state === 'expired' ? renew : stop],
  )
}

async function ask<T>(deps: FleetDeps, question: (store: FleetStore) => Promise<T>): Promise<T> {
  const answer = await orIo(askStore(deps, deps.waitMs, () => question(deps.store)))
  noteAnswer(deps)
  return answer
}

async function orIo<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error
    throw new GuardError('io', faultText(error), error.hints, {cause: error})
  }
}
