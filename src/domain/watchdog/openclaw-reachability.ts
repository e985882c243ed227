import {span} from '../clock/span.js'
import type {Verdict} from './verdict-kind.js'
import type {WatchedJob} from './watched-job.js'

/** The name under which OpenClaw itself is reported on, beside its jobs. */
export const openclawName = 'guard-openclaw'

/** OpenClaw as one more watched job. */
export function watchedOpenClaw(bootGraceMs: number): WatchedJob {
  return {
    name: openclawName,
    schedule: undefined,
    timezone: undefined,
    outputs: [],
    dir: undefined,
    limits: {freshForMs: undefined, graceMs: 0, vetoForMs: 0, bootGraceMs, wellForMs: 0},
    openclawId: undefined,
  }
}

interface Reachability {
  /** Why it cannot be asked; undefined if it answers. */
  readonly unreachable: string | undefined
  /** For how long it could not be asked, ms; 0 in the first such round. */
  readonly forMs: number
  readonly limitMs: number
  readonly isIncident: boolean
}

/** `unknown` while OpenClaw cannot be asked, and an incident once that has lasted for its own limit. */
export function judgeReachability({unreachable, forMs, limitMs, isIncident}: Reachability): Verdict {
  const level = 'CRITICAL'
  if (unreachable === undefined)
    return {kind: 'healthy', status: 'ok', level, reason: 'OpenClaw answers', proof: 'OpenClaw answers'}
  const status = isIncident || forMs >= limitMs ? 'failing' : 'unknown'
  const lasted = forMs > 0 ? `, for ${span(forMs)}` : ''
  return {kind: 'unknown', status, level, reason: `${unreachable}${lasted}`}
}
