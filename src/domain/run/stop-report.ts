/** A process that neither TERM nor KILL has ended. */
export interface Survivor {
  readonly pid: number
  /** Its user, if it is not guard's own. */
  readonly user?: string
  /** The kernel ends it only once it has left its system call. */
  readonly isUninterruptible?: true
}

/** What became of a job that guard has stopped. */
export interface StopReport {
  readonly survivors: readonly Survivor[]
  /** The processes were sent KILL too. */
  readonly killed: boolean
  /** Every process that the job has started was seen to end, also one that has left its session and environment. */
  readonly isProven: boolean
}

/** The end of the sentence that says why a job was stopped. It claims no more than guard knows. */
export function stopText({survivors, killed, isProven}: StopReport): string {
  if (survivors.length > 0) return survivorText(survivors)
  if (isProven) return 'ended'
  return `its processes were sent TERM${killed ? ' and KILL' : ''}`
}

/** Longer lists are of no use to a reader. */
const mostNamed = 5

export function survivorText(survivors: readonly Survivor[]): string {
  const named = survivors.slice(0, mostNamed).map(oneSurvivor)
  const rest = survivors.length - named.length
  return `could not be ended: ${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

function oneSurvivor({pid, user, isUninterruptible}: Survivor): string {
  return `process ${pid}${user === undefined ? '' : ` of ${user}`}${isUninterruptible ? ' (uninterruptible)' : ''}`
}
