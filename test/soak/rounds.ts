/** One round of the watchdog as its caller saw it. Wall clock milliseconds. */
export interface Round {
  readonly startedAt: number
  readonly exitedAt: number
  readonly code: number | null
  readonly stdout: string
}

/** What a round with `--json` said. */
export interface Survey extends Round {
  readonly verdict: string
  readonly jobs: ReadonlyMap<string, {readonly verdict: string; readonly reason: string}>
}

/** Rounds that looked at all jobs; not those that found another one at work. */
export function wholeRounds(rounds: readonly Round[]): readonly Round[] {
  return rounds.filter(({code}) => code === 0 || code === 1 || code === 2)
}

/** The surveys among the rounds; a round for people is none. */
export function surveysOf(rounds: readonly Round[]): readonly Survey[] {
  return wholeRounds(rounds)
    .filter(({stdout}) => stdout.startsWith('{'))
    .map((round) => {
      const {verdict, jobs} = JSON.parse(round.stdout) as {verdict: string; jobs: JobVerdict[]}
      return {...round, verdict, jobs: new Map(jobs.map((job) => [job.job, job]))}
    })
}

interface JobVerdict {
  readonly job: string
  readonly verdict: string
  readonly reason: string
}

export function firstStart([first]: readonly Round[]): number {
  return first?.startedAt ?? Number.POSITIVE_INFINITY
}

/** When the first round had ended: since then guard watches. */
export function firstEnd([first]: readonly Round[]): number {
  return first?.exitedAt ?? Number.POSITIVE_INFINITY
}

/** Whether a whole round lies between two times. */
export function hasRoundWithin(rounds: readonly Round[], from: number, to: number): boolean {
  return rounds.some(({startedAt, exitedAt}) => startedAt >= from && exitedAt <= to)
}

/** When the rounds that looked before `at` had all written what they saw. */
export function settledAfter(rounds: readonly Round[], at: number): number {
  const under = rounds.filter(({startedAt, exitedAt}) => startedAt <= at && exitedAt > at)
  return Math.max(at, ...under.map(({exitedAt}) => exitedAt))
}
