import type {JobProcess} from './job-process.js'
import {processesOfRun, signalProcess} from './processes-of-run.js'

const firstPollMs = 20
const pollMs = 200

/**
 * Ends a job with all its descendants: TERM to its group and to processes that left it, KILL to the rest after
 * `killAfterMs`. CONT follows TERM, as in `timeout(1)`, because a stopped process would not handle TERM.
 */
export async function stopProcessGroup(job: JobProcess, killAfterMs: number, runId: string): Promise<void> {
  const send = (...signals: NodeJS.Signals[]) => {
    for (const signal of signals) {
      job.signal(signal)
      for (const process of processesOfRun(runId)) signalProcess(process, signal)
    }
  }
  let exited = false
  void job.exited.then(() => {
    exited = true
  })
  const isOver = () => exited && processesOfRun(runId).length === 0
  send('SIGTERM', 'SIGCONT')
  if (await waitUntil(isOver, killAfterMs)) return
  send('SIGKILL')
  await waitUntil(isOver, 2000)
}

async function waitUntil(isOver: () => boolean, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs
  for (let wait = firstPollMs; ; wait = Math.min(wait * 2, pollMs)) {
    if (isOver()) return true
    const rest = deadline - performance.now()
    if (rest <= 0) return false
    await new Promise((resolve) => setTimeout(resolve, Math.min(wait, rest)))
  }
}
