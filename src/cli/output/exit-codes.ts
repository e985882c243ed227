import type {FindingLevel} from '../../domain/diagnose/finding.js'
import type {OverallStatus} from '../../domain/incident/overall-status.js'
import type {ErrorKind} from '../../errors.js'

/**
 * guard's own failures use the range of sysexits.h, because `guard run` hands on the codes of the wrapped job, where
 * 0, 1 and 2 already mean healthy, degraded and unhealthy.
 */
export const exitCodes: Readonly<Record<ErrorKind, number>> = {
  usage: 64,
  'breaker-open': 69,
  internal: 70,
  'no-state': 73,
  io: 74,
  busy: 75,
  fenced: 77,
  config: 78,
  'not-executable': 126,
  'not-found': 127,
}

/** Exit codes of the commands that say how the machine or its jobs are. */
export const healthExitCodes: Readonly<Record<OverallStatus['is'], number>> = {healthy: 0, degraded: 1, unhealthy: 2}

/** Exit codes of the commands that look for faults. */
export const exitCodesOfLevel = {well: 0, look: 1, wrong: 2} as const satisfies Readonly<Record<FindingLevel, number>>
