/** What is wrong with the settings file, while the rest of it is in use. Plain JSON, because it is cached with the settings. */
export interface WrongSettings {
  /** Names the file and all its problems, one a line, and the files that were found and are not used. */
  readonly message: string
  /** The same without what is told as the trouble of the wrong jobs; undefined if that is all. */
  readonly notice?: string
  /** The jobs whose own part is wrong, by name. */
  readonly jobs: Readonly<Record<string, WrongJob>>
  /** Key paths of the other wrong parts, which are replaced by their defaults or left out. */
  readonly parts: readonly string[]
  /** What is wrong with the part `fleet`, which is left out as a whole; undefined if nothing is. */
  readonly fleet?: string
  /** Why no job of the settings may run; undefined if those whose own part is right may. */
  readonly refusal?: string
}

export interface WrongJob {
  /** Each with its key path and what to write. */
  readonly problems: readonly string[]
  readonly isWatched: boolean
  /** Absolute path of its script, if it can be told. */
  readonly script?: string
}

/** The jobs that are in trouble because their own settings are wrong. */
export function wrongWatchedJobs(wrong: Pick<WrongSettings, 'jobs'> | undefined): readonly string[] {
  return Object.entries(wrong?.jobs ?? {}).flatMap(([job, {isWatched}]) => (isWatched ? [job] : []))
}

/** Texts of wrong settings have a problem a line: for a log, a mail or a table. */
export function inOneLine(problems: string): string {
  return problems.replaceAll('\n', '; ')
}

/** The problems of a job's own part in one line. @returns undefined if it is right */
export function problemsOfJob(wrong: WrongSettings | undefined, job: string): string | undefined {
  return wrong && Object.hasOwn(wrong.jobs, job) ? wrong.jobs[job]?.problems.join('; ') : undefined
}
