import {ChangeWaiter} from '../system/log/change-waiter.js'
import {type AlertFilter, type KnownAlert, readAlerts} from '../usecases/alert/read-alerts.js'
import type {Call} from './command/definition.js'
import {alertToJson, renderAlertLine} from './render/alert.js'
import {jsonLine, writeOut} from './stdout.js'

interface FollowRequest {
  readonly json: boolean
  readonly show: Call['show']
  /** The journal's file with the stable name. */
  readonly file: string
}

/** As many as are shown at first. */
const shownAtFirst = 10

/** More than anybody raises between two looks. */
const mostAtOnce = 1000

/** Prints the last alerts, then each that is raised, one line each, until a signal or the reader's end. */
export async function followAlerts(
  deps: Parameters<typeof readAlerts>[0],
  filter: AlertFilter,
  {json, show, file}: FollowRequest,
): Promise<void> {
  let known: readonly KnownAlert[] = []
  const isNew = ({id, timestamp, message}: KnownAlert) =>
    !known.some((one) => one.id === id && one.timestamp === timestamp && one.message === message)
  const look = async (most: number) => {
    const now = readAlerts(deps, filter, mostAtOnce)
    const fresh = now.filter(isNew).slice(0, most).reverse()
    known = now
    for (const alert of fresh) {
      if (json) writeOut(jsonLine(alertToJson(alert)))
      else show(renderAlertLine, alert)
    }
    return fresh.length
  }
  await look(shownAtFirst)
  const waiter = new ChangeWaiter(() => look(mostAtOnce), [file])
  waiter.start()
  await ended()
  await waiter.stop()
}

function ended(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
    process.stdout.once('error', () => resolve())
  })
}
