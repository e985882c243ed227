import {notTakenBack, outputLostClass, withLostOutput} from '../../domain/run/lost-output.js'
import type {FinishedRun} from './run-request.js'

/** The end of a run whose reader lacks a part of the output: it is not healthy, however well its job has ended. */
export function endWithLostOutput(end: FinishedRun, why: string): FinishedRun {
  const attempt = withLostOutput(end.attempt, why)
  if (attempt.class !== outputLostClass) return {...end, attempt}
  return {...end, attempt, class: outputLostClass, recovered: false, notRetried: notTakenBack}
}
