interface Warns {
  readonly warn: (text: string) => void
}

/** What is done beside the job costs neither its exit code nor its end: a fault there is a warning. */
export function spared<T>({warn}: Warns, work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    warn(missing(error))
    return undefined
  }
}

export function missing(error: unknown): string {
  return `a part of the record is missing: ${error instanceof Error ? error.message : error}`
}
