import {span} from '../clock/span.js'
import type {OutboxState} from '../delivery/outbox.js'
import {type ChannelQueue, headOfQueue} from '../delivery/queue.js'
import type {Check} from './check.js'

/** A message that waits longer is late, whatever keeps it. Milliseconds. */
const lateAfterMs = 10 * 60_000

/** Whether alerts leave the machine. */
export function judgeOutbox({channels}: OutboxState, nowMs: number): Check {
  const known = Array.from(channels, ([channel, queue]) => ({channel, queue}))
  const waiting = known.reduce((sum, {queue}) => sum + queue.waiting.length, 0)
  const problems = known.flatMap(({channel, queue}) => problemOf(channel, queue, nowMs))
  const failing = known.filter(({queue}) => queue.lastFailure).map(({channel}) => channel)
  return {
    check: 'alerts',
    verdict: problems.length > 0 ? 'degraded' : 'healthy',
    reason:
      problems.length > 0
        ? problems.join('; ')
        : waiting === 0
          ? 'all that was to be sent is sent'
          : `${waiting} waiting`,
    facts: {waiting, failing},
  }
}

function problemOf(
  channel: string,
  {lastFailure, waiting, dead, refused}: ChannelQueue,
  nowMs: number,
): readonly string[] {
  const head = headOfQueue({waiting})
  const lateMs = head ? nowMs - head.message.atMs : 0
  const count = dead.length === 1 ? '1 message of channel' : `${dead.length} messages of channel`
  const given = dead.length === 0 ? [] : [`${count} ${channel} ${dead.length === 1 ? 'was' : 'were'} given up`]
  if (lastFailure) return [`channel ${channel} fails: ${lastFailure.reason}`, ...given]
  if (refused !== undefined) return [`channel ${channel} does not reach each recipient: ${refused}`, ...given]
  return lateMs > lateAfterMs ? [`a message has waited for ${span(lateMs)} in channel ${channel}`, ...given] : given
}
