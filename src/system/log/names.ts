/** The log of a job. The name is that of the former guardian wrapper. */
export function logFileOf(logDir: string, job: string): string {
  return `${logDir}/guardian_${job}_output.log`
}

/**
 * The copy of the head of a log while it is being truncated. If guard is killed in between, the log may still have the
 * same head.
 */
export function truncatedHeadFile(log: string): string {
  return `${log}.cut`
}

/** The list of the truncations of a log. It exists only if there were any. */
export function truncationListFile(log: string): string {
  return `${log}.cuts`
}
