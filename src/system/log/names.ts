/** The log of a job in the log folder: the name that the guardian wrapper gave it. */
export function logFileOf(logDir: string, job: string): string {
  return `${logDir}/guardian_${job}_output.log`
}

/**
 * The head of a log while it is being cut off, and for as long as that goes on; after a guard was killed at it, the
 * log may still have the same head.
 */
export function cutFile(log: string): string {
  return `${log}.cut`
}

/** The list of a log's cuts. It is there only if there were any. */
export function cutListFile(log: string): string {
  return `${log}.cuts`
}
