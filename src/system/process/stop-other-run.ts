import type {Lease} from '../../domain/lease/lease.js'
import type {Survivor} from '../../domain/run/stop-report.js'
import {systemClock} from '../host/clock.js'
import {identifyProcess, signalProcess} from './identity.js'
import {cgroupOfRun} from './job-cgroup.js'
import {type JobMark, membersOf, survivorOf} from './job-members.js'

const pollMs = 100
/** How long a process may take to end after KILL. */
const afterKillMs = 1000

/**
 * Ends the job of another run (`--overlap cancel-other`). Its guard, if it is alive, records the end.
 *
 * @returns the processes that could not be ended
 */
export async function stopOtherRun(lease: Lease, killAfterMs: number): Promise<readonly Survivor[]> {
  const mark = markOf(lease)
  const send = (signal: NodeJS.Signals) => {
    for (const member of membersOf(mark)) {
      if (signal === 'SIGKILL' || !member.isOfInnerRun) signalProcess(member, signal)
    }
  }
  send('SIGTERM')
  send('SIGCONT')
  if (await haveEnded(mark, killAfterMs)) return []
  mark.cgroup?.kill()
  send('SIGKILL')
  return (await haveEnded(mark, afterKillMs)) ? [] : membersOf(mark).map(survivorOf)
}

/** Another process may have the number of the job by now. */
function markOf({holder: runId, jobProcess}: Lease): JobMark {
  const isThere = jobProcess !== undefined && identifyProcess(jobProcess.pid)?.start === jobProcess.start
  if (!isThere) return {pid: undefined, runId, cgroup: undefined}
  return {pid: jobProcess.pid, runId, cgroup: cgroupOfRun(jobProcess.pid, runId)}
}

async function haveEnded(mark: JobMark, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs
  while (membersOf(mark).length > 0) {
    if (performance.now() >= deadline) return false
    await systemClock.sleep(pollMs)
  }
  return true
}
