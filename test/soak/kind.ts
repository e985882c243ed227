import type {Round} from './rounds.js'

/** How a run must stand in the history. */
export type Outcome =
  | 'healthy'
  | 'degraded'
  | 'unhealthy'
  | 'failed'
  | 'timed-out'
  | 'killed'
  | 'not-started'
  | 'interrupted'

/** What one run of a job does. */
export interface Plan {
  /** Text that the job gives to its shell. */
  readonly does: string
  readonly outcome: Outcome
  /** What the harness kills once the job has started. */
  readonly kills?: 'guard' | 'guard-and-job'
  /** It goes on until the soak is over. */
  readonly isEndless?: boolean
}

/** One run as it really was. Times are wall clock milliseconds. */
export interface TrueRun {
  readonly n: number
  readonly plan: Plan
  readonly launchedAt: number
  /** By the job's own note; undefined if the job did not start. */
  readonly startedAt: number | undefined
  /** By the job's own note; undefined if it could not write one. */
  readonly endedAt: number | undefined
  /** When its guard had exited; undefined while it runs. */
  readonly exitedAt: number | undefined
  readonly runId: string | undefined
}

/**
 * A time in which something is wrong with a job. guard may know it from `from` and must know it from `certain`; it may
 * know the end from `to` and must know it from `over`.
 */
export interface Trouble {
  readonly from: number
  readonly certain: number
  readonly to: number
  readonly over: number
}

/** The folder in which a soak happens, as far as the kinds need it. */
export interface Ground {
  touch(file: string): void
  write(file: string, text: string): void
}

/** One job of the soak: what it does, and what must be said of it. */
export interface Kind {
  readonly name: string
  /** What a person would say of it. */
  readonly sentence: string
  /** Ticks from one start to the next; undefined if nothing ever starts it. */
  readonly periodTicks: number | undefined
  /** The run with this number, from 0; undefined if it is not started. */
  readonly plan: (n: number) => Plan | undefined
  readonly settings: Readonly<Record<string, unknown>>
  /** Only OpenClaw knows the job: it has no part of its own in the settings. */
  readonly isOfOpenClaw?: boolean
  /** What other programs do at each tick. */
  readonly atTick?: (ground: Ground) => void
  readonly troubles: (runs: readonly TrueRun[], rounds: readonly Round[]) => readonly Trouble[]
  /** When a person hears of it: in the first round, after `escalateAfter`, or at any time up to then. */
  readonly told: 'at-once' | 'in-time' | 'either'
  /** Verdicts that are true while the trouble lasts, and while it does not. */
  readonly verdicts: {readonly trouble: readonly string[]; readonly well: readonly string[]}
  readonly level: 'WARNING' | 'CRITICAL'
  /** Whether its many short incidents must become one. */
  readonly flaps?: boolean
  /** What the reason of its verdict must say while the trouble lasts. */
  readonly words: RegExp
  /** Whether it is bad each time, so that the reason must say at last how often and for how long. */
  readonly isLasting?: boolean
}

/** Trouble that goes on until the end of the soak. */
export function forGood(from: number, certain: number): Trouble {
  return {from, certain, to: Number.POSITIVE_INFINITY, over: Number.POSITIVE_INFINITY}
}

/** From each bad end to the next good one. */
export function badEnds(runs: readonly TrueRun[]): readonly Trouble[] {
  const troubles: Trouble[] = []
  let open: Trouble | undefined
  for (const run of endedRuns(runs)) {
    const ended = run.endedAt ?? run.exitedAt
    if (run.plan.outcome !== 'healthy') {
      const from = Math.min(run.endedAt ?? run.startedAt ?? run.launchedAt, run.exitedAt)
      open ??= forGood(from, Math.max(ended, run.exitedAt))
    } else if (open) {
      troubles.push({...open, to: ended, over: run.exitedAt})
      open = undefined
    }
  }
  return open ? [...troubles, open] : troubles
}

type EndedRun = TrueRun & {readonly exitedAt: number}

/** Runs that really happened and are over. One that was skipped because the job still ran is not a run. */
export function endedRuns(runs: readonly TrueRun[]): readonly EndedRun[] {
  return runs.filter(
    (run): run is EndedRun =>
      run.exitedAt !== undefined && (run.startedAt !== undefined || run.plan.outcome === 'not-started'),
  )
}
