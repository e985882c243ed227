import type {Lease} from '../../domain/lease/lease.js'

/** Why a run is skipped while another one, or a person, has the lease, at `nowMs` by the wall clock. */
export function busyText({job, holder, jobProcess, process, claimedAt}: Lease, nowMs: number): string {
  const pid = jobProcess?.pid ?? process?.pid
  const hint = `; see guard lease show ${job}`
  // How long is not known where the clock was set back since.
  const sinceS = Math.round((nowMs - claimedAt) / 1000)
  const isKnown = sinceS >= 0
  // Each run names its process; a lease that was taken by hand may name none.
  if (pid === undefined)
    return `its lease ${isKnown ? `has been held by ${holder} for ${sinceS} s` : `is held by ${holder}`}${hint}`
  return `it ${isKnown ? `has been running for ${sinceS} s` : 'is running'} (run ${holder}, pid ${pid})${hint}`
}
