import {signalNumber} from '../host/host.js'
import {theCaller} from './caller.js'

const ending = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const

type EndingSignal = (typeof ending)[number]

/** Keeps ignored what the caller ignores, as nohup(1) does with HUP: Node has reset it at its start. */
export function keepIgnored(): void {
  for (const signal of ending) if (isIgnored(signal)) process.on(signal, () => undefined)
}

/** Calls back with the first of each of these signals, which has its default effect from then on. Not for ignored ones. */
export function onSignals(signals: readonly EndingSignal[], take: (signal: EndingSignal) => void): void {
  for (const signal of signals) if (!isIgnored(signal)) process.once(signal, take)
}

/** Whether the caller ignores it. */
export function isIgnored(signal: NodeJS.Signals): boolean {
  const {ignored} = theCaller()
  // Nearly no caller ignores any, and their numbers need a part of the runtime that is slow to load.
  return ignored.length > 0 && ignored.includes(signalNumber(signal) ?? 0)
}
