import type {Lease} from '../../domain/lease/lease.js'

/** Why a run is skipped while another one has the lease, at `nowMs` by the wall clock. */
export function busyText({job, holder, jobProcess, process, claimedAt}: Lease, nowMs: number): string {
  const pid = jobProcess?.pid ?? process?.pid
  const run = `(run ${holder}${pid ? `, pid ${pid}` : ''}); see guard lease show ${job}`
  // How long is not known where the clock was set back since.
  const sinceS = Math.round((nowMs - claimedAt) / 1000)
  return sinceS < 0 ? `it is running ${run}` : `it has been running for ${sinceS} s ${run}`
}
