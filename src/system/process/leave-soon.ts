import {callAfter} from '../host/clock.js'
import {signalNumber} from '../host/host.js'

/** How guard ends now that its work is done: with a code, or without one by the signal that comes. */
export interface Release {
  readonly exitCode: number | undefined
  /** Gives up what still waits for the reader of its output. */
  readonly abandon: () => void
}

export interface Leaving extends Release {
  readonly signal: NodeJS.Signals
  /** What keeps the signal from its default effect. */
  readonly handler: (signal: NodeJS.Signals) => void
  /** The signal came before, and guard has not yet had the time to pass on the rest. */
  readonly isAtWork: boolean
}

/** How long guard still waits for the reader of its output after a signal that ends it. */
const stuckReaderMs = 1000

/** Ends guard by a signal, at once unless it has to pass on the rest and its reader may still read. */
export function leaveSoon(leaving: Leaving): void {
  const waits = leaving.isAtWork || (leaving.exitCode !== undefined && isWriting())
  if (waits) callAfter(stuckReaderMs, () => leave(leaving))
  else leave(leaving)
}

/** With its exit code, or by the signal where the runtime's own exit would wait for a write that never ends. */
function leave({signal, handler, exitCode, abandon}: Leaving): void {
  abandon()
  // Nothing has its default effect on the first process of a pid namespace.
  const isFirst = process.pid === 1
  if (exitCode !== undefined && isWriting() && !isFirst) exitAmidWrite(exitCode)
  else if (exitCode !== undefined || isFirst) process.exit(exitCode ?? 128 + (signalNumber(signal) ?? 0))
  process.off(signal, handler)
  process.kill(process.pid, signal)
}

/** Whether a write is under way, as to a reader that does not read. bun ends without it, and says nothing of it. */
function isWriting(): boolean {
  return process.getActiveResourcesInfo().includes('FSReqCallback')
}

/** Another program in the place of this one ends the threads of Node, which its exit waits for. Node has that from 22 on. */
function exitAmidWrite(exitCode: number): void {
  const {execve} = process as {execve?: (file: string, args: readonly string[], env: object) => never}
  execve?.call(process, '/bin/sh', ['sh', '-c', `exit ${exitCode}`], {})
}
