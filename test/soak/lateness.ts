import {endedRuns, forGood, type Trouble, type TrueRun} from './kind.js'
import {hasRoundWithin, type Round} from './rounds.js'

interface Silence {
  readonly freshForMs: number
  readonly graceMs: number
}

/** A job is in trouble once its last end is too long ago, until it ends well again. */
export function silentSince(runs: readonly TrueRun[], {freshForMs, graceMs}: Silence): readonly Trouble[] {
  const ended = endedRuns(runs)
  return ended.flatMap((run, index) => {
    const from = (run.endedAt ?? run.launchedAt) + freshForMs
    const next = ended[index + 1]
    const nextEnd = next && (next.endedAt ?? next.exitedAt)
    if (nextEnd !== undefined && nextEnd <= from) return []
    const open = forGood(from, run.exitedAt + freshForMs + graceMs)
    return [next && nextEnd !== undefined ? {...open, to: nextEnd, over: next.exitedAt} : open]
  })
}

interface BadOutputs {
  readonly graceMs: number
  readonly rounds: readonly Round[]
  readonly isBad: (n: number) => boolean
}

/** Clocks of files and of processes differ by less; milliseconds. */
const clockSlackMs = 250

/**
 * An output that breaks its rule is trouble once it is older than the grace, until a good one is written. Written anew
 * it is young again, so guard must know the trouble only once a whole round has seen an old one.
 */
export function badOutputs(runs: readonly TrueRun[], {graceMs, rounds, isBad}: BadOutputs): readonly Trouble[] {
  const ended = endedRuns(runs)
  const troubles: Trouble[] = []
  let open: Trouble | undefined
  for (const [index, run] of ended.entries()) {
    const endedAt = run.endedAt ?? run.exitedAt
    if (!isBad(run.n)) {
      if (open) troubles.push({...open, to: endedAt, over: run.exitedAt})
      open = undefined
      continue
    }
    const next = ended[index + 1]
    const rewrittenAt = next?.startedAt ?? next?.launchedAt ?? Number.POSITIVE_INFINITY
    const from = (run.startedAt ?? run.launchedAt) + graceMs
    if (rewrittenAt < from) continue
    open ??= forGood(from, Number.POSITIVE_INFINITY)
    const certain = endedAt + graceMs + clockSlackMs
    if (hasRoundWithin(rounds, certain, rewrittenAt)) open = {...open, certain: Math.min(open.certain, certain)}
  }
  return open ? [...troubles, open] : troubles
}
