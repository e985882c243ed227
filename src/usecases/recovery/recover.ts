import {closeGone, inspectOpenRuns, type OpenRun, type ReconcileDeps} from '../run/reconcile-interrupted.js'
import type {CrashedRun} from './mark-crashed-runs.js'
import {decideReruns, planReruns, type Rerun, type RerunDeps} from './rerun-interrupted.js'

export interface RecoverDeps extends ReconcileDeps, RerunDeps {
  readonly runs: ReconcileDeps['runs'] & RerunDeps['runs']
  /** Looks after the runs of other programs; without `write` it changes nothing. */
  readonly crashedRuns: (mode: 'write' | 'look') => Promise<readonly CrashedRun[]>
}

/** What a crash left, and what was done about it. */
export interface Recovered {
  /** Runs that are on record as interrupted by this process. */
  readonly interrupted: readonly OpenRun[]
  /** Runs without an end that go on, or of which nothing is proved. */
  readonly left: readonly OpenRun[]
  readonly reruns: readonly Rerun[]
  readonly files: readonly CrashedRun[]
}

/**
 * Finishes what a crash left. The reruns are decided, not started: last, so that no failure of something else comes
 * between.
 */
export async function recover(deps: RecoverDeps): Promise<Recovered> {
  const open = await inspectOpenRuns(deps)
  const interrupted = closeGone(deps, open)
  const files = await deps.crashedRuns('write')
  return {interrupted, left: open.filter(({isGone}) => !isGone), files, reruns: decideReruns(deps)}
}

/** What `recover` would do; writes nothing. */
export async function planRecover(deps: RecoverDeps): Promise<Recovered> {
  const open = await inspectOpenRuns(deps)
  const interrupted = open.filter(({isGone}) => isGone)
  const reruns = planReruns(
    deps,
    interrupted.map(({run}) => run),
  )
  return {interrupted, left: open.filter(({isGone}) => !isGone), reruns, files: await deps.crashedRuns('look')}
}
