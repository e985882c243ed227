import {span} from '../clock/span.js'
import type {FleetKnown} from '../fleet/known.js'
import {faultText} from '../fleet/refusal.js'
import type {FleetSettings} from '../settings/fleet.js'
import type {Check} from './check.js'

/**
 * What the last runs of fleet jobs have seen of their store. It is not asked here, because health is about this
 * machine.
 */
export function judgeFleet(
  {answeredAt, trouble}: Pick<FleetKnown, 'answeredAt' | 'trouble'>,
  {onStoreError}: Pick<FleetSettings, 'onStoreError'>,
  nowMs: number,
): Check {
  const ago = (at: number) => span(Math.max(0, nowMs - at))
  const answered = answeredAt === undefined ? {} : {answeredAt: new Date(answeredAt).toISOString()}
  if (trouble) {
    const {kind, since, text} = trouble
    const sinceText = `for ${ago(since)}`
    return {
      check: 'fleet',
      // A job that runs without the lease of the fleet may run beside itself.
      verdict: kind === 'away' && onStoreError === 'run' ? 'degraded' : 'unhealthy',
      reason: `${faultText({kind, message: text})}, ${sinceText}`,
      facts: {...answered, kind, since: new Date(since).toISOString(), text},
    }
  }
  const reason = answeredAt === undefined ? 'its store was not asked yet' : `its store answered ${ago(answeredAt)} ago`
  return {check: 'fleet', verdict: 'healthy', reason, facts: answered}
}

/** Without a store no job of the fleet runs here. */
export function judgeWrongFleet(problem: string): Check {
  return {check: 'fleet', verdict: 'unhealthy', reason: `its settings are wrong: ${problem}`, facts: {}}
}
