import type {Lease} from '../../domain/lease/lease.js'
import {processesOfRun, signalProcess} from './processes-of-run.js'

/** Ends the job of another run (`--overlap cancel-other`). Its guard, if it is alive, records the end. */
export async function stopOtherRun({holder}: Lease, killAfterMs: number): Promise<void> {
  const send = (signal: NodeJS.Signals) => {
    for (const process of processesOfRun(holder)) signalProcess(process, signal)
  }
  const deadline = performance.now() + killAfterMs
  send('SIGTERM')
  send('SIGCONT')
  while (performance.now() < deadline) {
    if (processesOfRun(holder).length === 0) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  send('SIGKILL')
}
