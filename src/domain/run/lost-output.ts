import {isHealthy, type RunResult} from './outcome.js'

/** Failure class of a run that ended well, and whose reader lacks a part of its output. */
export const outputLostClass = 'output-lost'

/** Another attempt would be appended to the damaged output. */
export const notTakenBack = 'what was passed on cannot be taken back'

/** Of sysexits.h: an input or output error. */
const ioErrorCode = 74

interface EndedAttempt extends RunResult {
  readonly exitCode: number
  readonly class?: string
}

/** How an attempt counts whose output has not all reached its reader. A bad end of the job's own stays what it is. */
export function withLostOutput<A extends EndedAttempt>(attempt: A, why: string): A {
  const exitCode = attempt.exitCode === 0 ? ioErrorCode : attempt.exitCode
  if (!isHealthy(attempt)) return {...attempt, exitCode}
  const detail = `a part of its output could not be passed on: ${why}`
  return {...attempt, outcome: 'failed', class: outputLostClass, detail, exitCode}
}
