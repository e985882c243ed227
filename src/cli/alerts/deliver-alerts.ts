import {onSignals} from '../../system/process/own-signals.js'
import type {Guard} from '../guard.js'
import {wireOutbox} from '../wire/alerts/alerts.js'

interface DeliverOptions {
  readonly job: string | undefined
  readonly stays: boolean
}

/** @returns how many messages wait after it */
export async function deliverByCommand(
  guard: Guard,
  {job, stays}: DeliverOptions,
): Promise<{readonly waiting: number; readonly text: string}> {
  guard.ensureState()
  const {judgeOwnJob} = await import('../wire/alerts/own-round.js')
  const {deliverAndStay, deliverByHand} = await import('../wire/alerts/deliver.js')
  if (job !== undefined) await judgeOwnJob(guard, job)
  if (stays) await deliverAndStay(guard, endAsked())
  else await deliverByHand(guard)
  const {outbox} = wireOutbox(guard)
  const waiting = Array.from(outbox.read().channels.values()).reduce((sum, queue) => sum + queue.waiting.length, 0)
  return {waiting, text: waiting === 0 ? 'nothing waits' : `${waiting} waiting; see guard alerts outbox`}
}

function endAsked(): AbortSignal {
  const stop = new AbortController()
  onSignals(['SIGINT', 'SIGTERM', 'SIGHUP'], () => stop.abort())
  return stop.signal
}
