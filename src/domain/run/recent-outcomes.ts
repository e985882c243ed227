import type {Run} from './run.js'

type EndedOutcome = NonNullable<Run['outcome']>

/** Nothing else is kept of a run that was cut short: it says nothing for or against its job. */
type RecentOutcome = EndedOutcome | 'cut-short'

/** How many outcomes of each job are kept, for a list that shows how its last runs went. */
const keptOutcomes = 40

/** One letter each: a snapshot holds those of thousands of jobs. */
const letters: Readonly<Record<RecentOutcome, string>> = {
  healthy: 'h',
  degraded: 'd',
  unhealthy: 'u',
  failed: 'f',
  'timed-out': 't',
  killed: 'k',
  'not-started': 'n',
  interrupted: 'i',
  skipped: 's',
  'cut-short': 'x',
}

const outcomes = new Map(Object.entries(letters).map(([outcome, letter]) => [letter, outcome as RecentOutcome]))

/**
 * The outcomes of a job after another end, oldest first. `before` is what its run was on record as: one that was called
 * interrupted may still end.
 */
export function withOutcome(recent: string, outcome: RecentOutcome, before: Run['outcome']): string {
  const revised = before === undefined ? -1 : recent.lastIndexOf(letters[before])
  const rest = revised < 0 ? recent : recent.slice(0, revised) + recent.slice(revised + 1)
  return `${rest}${letters[outcome]}`.slice(-keptOutcomes)
}

/** @param recent as `withOutcome` made it */
export function recentOutcomes(recent: string): {
  readonly outcomes: readonly EndedOutcome[]
  readonly cutShort: number
} {
  const known: EndedOutcome[] = []
  for (const letter of recent) {
    const outcome = outcomes.get(letter) ?? 'failed'
    if (outcome !== 'cut-short') known.push(outcome)
  }
  return {outcomes: known, cutShort: recent.length - known.length}
}
