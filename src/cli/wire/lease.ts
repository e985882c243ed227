import {lstatSync, type Stats} from 'node:fs'
import type {ProcessRef} from '../../domain/clock/process-ref.js'
import type {Leases} from '../../domain/lease/lease.js'
import {highestToken} from '../../domain/run/job-runs.js'
import {GuardError} from '../../errors.js'
import {readBootRef, readHostName} from '../../system/host/host.js'
import {livingProcessOf} from '../../system/process/holder-liveness.js'
import {identifyProcess, isHidden} from '../../system/process/identity.js'
import {clockReading, type LeaseDeps} from '../../usecases/lease/lease.js'
import type {ReconcileDeps} from '../../usecases/run/reconcile-interrupted.js'
import type {Guard} from '../guard.js'
import {printWarning} from '../output/stderr.js'

/** What the use cases of leases need. */
export function wireLease(guard: Guard): LeaseDeps {
  const here = readBootRef()
  return {
    clock: guard.clock,
    leases: guard.leases(),
    here,
    livingProcessOf: (lease) => livingProcessOf(lease, here),
    lostToken: (leases) => (isNewest(guard, leases) ? undefined : lostToken(guard, leases)),
  }
}

/** What is needed to find the runs whose processes are gone. */
export function wireReconcile(guard: Guard): ReconcileDeps {
  const here = readBootRef()
  const {clock} = guard
  return {
    leases: guard.leases(),
    runs: guard.runs(),
    readClock: () => clockReading({clock, here}),
    livingProcessOf: (holder) => livingProcessOf(holder, here),
  }
}

/**
 * The highest token of a run, if it is above those of the leases: their journal was emptied, or an older copy took its
 * place. Runs that cannot be read prove nothing.
 */
export function lostToken(guard: Guard, {grants}: Leases): number | undefined {
  try {
    const highest = highestToken(guard.runs().read())
    return highest && highest.token > grants ? highest.token : undefined
  } catch (error) {
    if (error instanceof GuardError) return undefined
    throw error
  }
}

/**
 * Whether no run was recorded after the last lease, as is usual, because a run gives its lease back after its end. Then
 * the runs need not be read.
 */
function isNewest(guard: Guard, {byJob}: Leases): boolean {
  let lastAt = 0
  for (const {seenAt} of byJob.values()) lastAt = Math.max(lastAt, seenAt)
  const runs = statOfJournal(guard, 'runs')
  return runs === undefined || Math.floor(runs.mtimeMs) <= lastAt
}

/** @returns undefined if there is none, or none that could be read */
export function statOfJournal({stateDir}: Guard, name: string): Stats | undefined {
  try {
    return lstatSync(`${stateDir}/${name}.jsonl`, {throwIfNoEntry: false})
  } catch {
    return undefined
  }
}

/** The holder's name if none is given: the process that the lease belongs to, else the one that called guard. */
export function holderName(owner: ProcessRef | undefined): string {
  return `${readHostName()}:${owner?.pid ?? process.ppid}`
}

/** @returns undefined, and warns, if the process cannot be identified. Throws GuardError `usage` if there is none */
export function runningProcess(pid: number): ProcessRef | undefined {
  const found = identifyProcess(pid)
  if (found) return found
  if (isHidden(pid)) {
    printWarning(`/proc does not show process ${pid}, so its end does not free the lease; the ttl does`)
    return undefined
  }
  throw new GuardError('usage', `there is no process ${pid}`, ['name one that runs: --pid $$'])
}

/** Whether a process that `runningProcess` found has not ended since. */
export function stillRuns(found: ProcessRef): boolean {
  return identifyProcess(found.pid)?.start === found.start
}
