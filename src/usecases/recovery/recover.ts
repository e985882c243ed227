import type {Run} from '../../domain/run/run.js'
import {inspectOpenRuns, type OpenRun} from '../run/open-runs.js'
import {type ClosedRun, closeRuns, isInterrupted, overOf, type ReconcileDeps} from '../run/reconcile-interrupted.js'
import type {CrashedRun} from './mark-crashed-runs.js'
import {decideReruns, planReruns, type Rerun, type RerunDeps} from './rerun-interrupted.js'

export interface RecoverDeps extends ReconcileDeps, RerunDeps {
  readonly runs: ReconcileDeps['runs'] & RerunDeps['runs']
  /** Looks after the runs of other programs; without `write` it changes nothing. */
  readonly crashedRuns: (mode: 'write' | 'look') => Promise<readonly CrashedRun[]>
}

/** A run without an end that is not closed, and why. */
export interface LeftRun {
  readonly run: Run
  readonly reason: string
}

/** What a crash left, and what was done about it. */
export interface Recovered {
  /** Runs that are on record as interrupted by this process. */
  readonly interrupted: readonly ClosedRun[]
  /** Those whose end could be left with their lease alone, and is on record now. */
  readonly ended: readonly ClosedRun[]
  /** Runs without an end that go on, or of which nothing is proved. */
  readonly left: readonly LeftRun[]
  readonly reruns: readonly Rerun[]
  readonly files: readonly CrashedRun[]
}

/**
 * Finishes what a crash left. The reruns are decided, not started: last, so that no failure of something else comes
 * between.
 */
export async function recover(deps: RecoverDeps): Promise<Recovered> {
  const open = await inspectOpenRuns(deps)
  const closed = closedRuns(closeRuns(deps, overOf(open)))
  const files = await deps.crashedRuns('write')
  return {...closed, left: leftOf(open), files, reruns: decideReruns(deps)}
}

/** What `recover` would do; writes nothing. */
export async function planRecover(deps: RecoverDeps): Promise<Recovered> {
  const open = await inspectOpenRuns(deps)
  const closed = closedRuns(overOf(open))
  const reruns = planReruns(
    deps,
    closed.interrupted.map(({run}) => run),
  )
  return {...closed, left: leftOf(open), reruns, files: await deps.crashedRuns('look')}
}

function closedRuns(closed: readonly ClosedRun[]): Pick<Recovered, 'interrupted' | 'ended'> {
  return {interrupted: closed.filter(isInterrupted), ended: closed.filter((one) => !isInterrupted(one))}
}

function leftOf(open: readonly OpenRun[]): readonly LeftRun[] {
  return open.flatMap(({run, living, end}) =>
    end?.is === 'over' ? [] : [{run, reason: end?.reason ?? leftTexts[living]}],
  )
}

const unproved = 'nothing proves that it is over'

const leftTexts: Readonly<Record<OpenRun['living'], string>> = {
  guard: 'its guard is alive',
  job: 'its job is alive',
  'orphaned-job': 'its guard is gone, and its job goes on: how it ends will not be known',
  none: unproved,
  unknown: unproved,
}
