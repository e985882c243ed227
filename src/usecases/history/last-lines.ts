import type {Run} from '../../domain/run/run.js'
import type {Stretch} from '../../system/log/files.js'
import {type LogDeps, logOfRun} from './read-log.js'

export interface LastLinesDeps extends LogDeps {
  /** The end of a stretch of a log, at most so many bytes. */
  readonly readEnd: (stretch: Stretch, bytes: number) => string
}

const shownLines = 5
const searchedBytes = 4096

/** The last lines that a run has printed, without empty ones. Throws GuardError `usage`, `io` if there is no log of it. */
export function lastLines(deps: LastLinesDeps, job: string, run: Run): readonly string[] {
  const {stretches} = logOfRun(deps, job, run)
  const last = stretches.at(-1)
  if (!last) return []
  return deps
    .readEnd(last, searchedBytes)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-shownLines)
}
