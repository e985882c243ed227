import type {Incidents} from '../incident/incident.js'
import type {Check} from './check.js'

/** What is known of the scheduler of this machine. */
export interface SchedulerFacts {
  readonly is: 'never-used' | 'running' | 'late' | 'stopped' | 'dead' | 'unknown'
  /** One sentence without its full stop, for people. */
  readonly text: string
  /** Which of its jobs wait for a clock that was set back. */
  readonly waiting?: string
  /** What runs it, such as systemd, starts it again. */
  readonly isForeground?: boolean
}

/** One that was stopped is a fault only while something waits for it: cron may start the jobs meanwhile. */
export function judgeScheduler({is, text, waiting}: SchedulerFacts, {open}: Pick<Incidents, 'open'>): Check {
  if (is === 'running' && waiting !== undefined)
    return {check: 'scheduler', verdict: 'degraded', reason: `${text}; ${waiting}`, facts: {is, waiting}}
  const isMissed = Array.from(open.values()).some(({verdict}) => verdict === 'missed')
  const verdict = is === 'dead' || is === 'late' ? 'unhealthy' : is === 'stopped' && isMissed ? 'degraded' : 'healthy'
  return {check: 'scheduler', verdict, reason: text, facts: {is}}
}
