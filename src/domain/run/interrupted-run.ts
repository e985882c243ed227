import {shortIsoTime} from '../clock/iso-time.js'
import {type BootRef, isOfPastBoot} from '../clock/process-ref.js'
import type {Lease} from '../lease/lease.js'
import type {Run} from './run.js'

/** Whether the processes of a lease are alive; unknown in another container or on another host. */
export type HolderStatus = 'alive' | 'gone' | 'unknown'

/** A lease and the state of its processes. */
export interface LeaseHolder {
  readonly lease: Lease
  readonly status: HolderStatus
}

/**
 * Why a run without an end on record is over nevertheless. It is proved by the lease that the run holds. Read the lease
 * before the run: a run that ends in between has then already written its end.
 *
 * @returns undefined if the end is on record, or if the run may still go on
 */
export function inferredEnd(run: Run, observed: LeaseHolder | undefined): string | undefined {
  if (run.outcome !== undefined || observed?.lease.holder !== run.id) return undefined
  if (observed.lease.released) return 'not recorded: it gave its lease back, its end could not be written'
  return observed.status === 'gone' ? `not yet recorded: ${goneDetail(run)}` : undefined
}

/** The run, interrupted if its processes are gone. */
export function withInferredOutcome(run: Run, observed: LeaseHolder | undefined): Run {
  const detail = inferredEnd(run, observed)
  return detail === undefined ? run : {...run, outcome: 'interrupted', detail}
}

/** That the processes of a run are gone, and what that means for its slot. */
export function goneDetail({claimedSlotAt}: Pick<Run, 'claimedSlotAt'>): string {
  return `${gone}${claimedText(claimedSlotAt)}`
}

const gone = 'its guard and its job are gone'

/** Of a slot that one host has claimed no other host knows that it was not run to its end. */
function claimedText(slotAt: number | undefined): string {
  return slotAt === undefined
    ? ''
    : `; its slot ${shortIsoTime(slotAt)} was claimed in the fleet, so no other host runs it`
}

/** A run that did not take place: its slot was claimed for it only after it had given up, or its guard was gone by then. */
export function unrunText(slotAt: number, why: 'given-up' | 'gone'): string {
  const claimed = `its slot ${shortIsoTime(slotAt)} was claimed for it in the fleet`
  return why === 'gone'
    ? `its guard was gone before its job began, and ${claimed}, so no host runs it`
    : `it had given up asking when ${claimed}, so no host runs it`
}

/** What proves that the processes of a run are gone, for its record. `here` is where that was found. */
export function goneText(
  run: BootRef & Pick<Lease, 'process' | 'jobProcess'>,
  here: BootRef,
  claimedSlotAt?: number,
): string {
  const claimed = claimedText(claimedSlotAt)
  const pids = [run.process, run.jobProcess].flatMap((ref) => (ref ? [ref.pid] : []))
  if (isOfPastBoot(run, here)) return `${gone}: the machine was booted again since${claimed}`
  return `${gone}: no process ${pids.join(' or ')} has its start time${claimed}`
}
