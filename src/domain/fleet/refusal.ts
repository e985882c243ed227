import {shortIsoTime} from '../clock/iso-time.js'
import type {FleetAnswer, FleetHolding} from './lease.js'
import type {StoreFault} from './store-fault.js'

/** Why a host does not run the job, as one clause that names the other host. */
export function refusalText(
  answer: Exclude<FleetAnswer, {readonly state: 'granted'}>,
  {slotAt, host: own}: {readonly slotAt?: number | undefined; readonly host?: string} = {},
): string {
  if (answer.state === 'early') {
    const aheadS = Math.round((answer.slotAt - answer.serverAt) / 1000)
    return `its slot ${shortIsoTime(answer.slotAt)} is ${aheadS} s ahead of the clock of the fleet's store; set the clock of this host`
  }
  const {host, holder, token, claimedAt, remainingMs, serverAt} = answer.lease
  if (answer.state === 'held' && host === own)
    return `this host has it already (${holder}, token ${token}), for ${Math.ceil(remainingMs / 1000)} s unless it is renewed`
  if (answer.state === 'held') {
    const sinceS = Math.max(0, Math.round((serverAt - claimedAt) / 1000))
    return `${host} has had it for ${sinceS} s (token ${token})`
  }
  const of = slotAt === undefined ? '' : ` ${shortIsoTime(slotAt)}`
  const newest = answer.lease.slotAt
  const later = newest === undefined || newest === slotAt ? '' : `, or a later one (${shortIsoTime(newest)})`
  return `its slot${of}${later} was claimed by ${host} (token ${token})`
}

/** Why a token does not hold any more. */
export function lossText(
  {token, claimId}: {readonly token: number; readonly claimId?: string},
  {lease}: FleetHolding,
): string {
  if (!lease) return `the fleet's store knows no lease of it`
  if (lease.token === token && claimId !== undefined && lease.claimId !== claimId)
    return `${lease.host} was given the same token ${token}; has the fleet's store lost its last changes?`
  if (lease.token === token) return lease.released ? 'it was given back' : 'it has expired'
  if (lease.token < token) return `the fleet's store knows no token above ${lease.token}; was it set back to a backup?`
  return `${lease.host} has token ${lease.token}`
}

/** Why the store is of no use, as one clause. */
export function faultText({kind, message}: Pick<StoreFault, 'kind' | 'message'>): string {
  return `the store of the fleet ${faultTexts[kind]}: ${message}`
}

const faultTexts = {
  away: 'gives no answer',
  refused: 'refuses this host',
  invalid: 'gives an answer that guard does not understand',
  unaddressed: 'has no address that can be used',
} as const
