/** What a run knows about itself when it has ended. */
interface EndedRun {
  /** Whether the settings name the job. */
  readonly isConfigured: boolean
  /** Whether the job had a lease before this run. */
  readonly hasEarlierRun: boolean
  readonly isOnTerminal: boolean
  /** Whether this is a build of continuous integration (`CI` is set). */
  readonly isCi: boolean
}

/** A command that is tried by hand, or that a build runs once, raises no alert. */
export function mayTell({isConfigured, hasEarlierRun, isOnTerminal, isCi}: EndedRun): boolean {
  return isConfigured || hasEarlierRun || (!isOnTerminal && !isCi)
}
