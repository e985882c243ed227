import type {Lease} from '../lease/lease.js'
import type {Run} from './run.js'

/** Whether the processes that a lease names still live; unknown in another container or on another host. */
export type HolderStatus = 'alive' | 'gone' | 'unknown'

/** A lease, and what was found of its processes. */
export interface LeaseHolder {
  readonly lease: Lease
  readonly life: HolderStatus
}

/**
 * Why a run that has no end on record is over all the same, or undefined when it has one or may still go on. A run is
 * known by its lease, whose holder it is; without that nothing is proved. The lease is to be looked at before the
 * run's records are read: who ends in between has written its end by then.
 */
export function inferredEnd(run: Run, sighting: LeaseHolder | undefined): string | undefined {
  if (run.outcome !== undefined || sighting?.lease.holder !== run.id) return undefined
  if (sighting.lease.released) return 'not recorded: it gave its lease back, its end could not be written'
  return sighting.life === 'gone' ? 'not yet recorded: its guard and its job are gone' : undefined
}

/** The run as it really stands. */
export function withInferredOutcome(run: Run, sighting: LeaseHolder | undefined): Run {
  const detail = inferredEnd(run, sighting)
  return detail === undefined ? run : {...run, outcome: 'interrupted', detail}
}
