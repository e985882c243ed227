import type {StopReport} from '../../domain/run/stop-report.js'
import {endsWithin, monotonicMs, systemClock} from '../host/clock.js'
import {signalProcess} from './identity.js'
import type {JobCgroup} from './job-cgroup.js'
import {type JobMark, membersOf, survivorOf} from './job-members.js'
import type {JobProcess} from './job-process.js'

const firstPollMs = 20
const pollMs = 200
/** How long a process may take to end after KILL. With it, guard is silent for less than a second after `killAfter`. */
const afterKillMs = 700

interface StopRequest {
  readonly runId: string
  readonly cgroup: JobCgroup | undefined
  /** From the first signal to KILL. */
  readonly killAfterMs: number
  /** What the group of the job was already sent; undefined means that it is sent TERM now. */
  readonly sent?: NodeJS.Signals | undefined
}

/**
 * Ends a job with all its descendants: TERM to its group and to processes that left it, KILL to the rest after
 * `killAfterMs`. CONT follows TERM, as in `timeout(1)`, because a stopped process would not handle TERM.
 */
export async function stopProcessGroup(job: JobProcess, request: StopRequest): Promise<StopReport> {
  const {runId, cgroup, killAfterMs, sent} = request
  const isProven = cgroup?.holds(job.pid) ?? false
  const mark: JobMark = {pid: job.pid, runId, cgroup}
  let hasExited = false
  const exited = job.exited.then(() => {
    hasExited = true
  })
  const pause = async (ms: number) => {
    await (hasExited ? systemClock.sleep(ms) : endsWithin(exited, ms))
  }
  const isOver = () => hasExited && membersOf(mark).length === 0
  const send = (signal: NodeJS.Signals, toGroup: boolean) => {
    if (toGroup) job.signal(signal)
    for (const member of membersOf(mark)) {
      const hasIt = member.isInGroup && !hasExited
      const getsItFromGuard = member.isOfInnerRun && signal !== 'SIGKILL'
      if (!hasIt && !getsItFromGuard) signalProcess(member, signal)
    }
  }
  send(sent ?? 'SIGTERM', sent === undefined)
  send('SIGCONT', true)
  if (await waitUntil(isOver, killAfterMs, pause)) return {survivors: [], killed: false, isProven}
  cgroup?.kill()
  send('SIGKILL', true)
  if (await waitUntil(isOver, afterKillMs, pause)) return {survivors: [], killed: true, isProven}
  const left = membersOf(mark).map(survivorOf)
  const survivors = left.length > 0 || hasExited ? left : [{pid: job.pid}]
  return {survivors, killed: true, isProven}
}

/** Waits for a state; the job's exit is looked at without delay. */
async function waitUntil(
  isOver: () => boolean,
  limitMs: number,
  pause: (ms: number) => Promise<void>,
): Promise<boolean> {
  const deadline = monotonicMs() + limitMs
  for (let wait = firstPollMs; ; wait = Math.min(wait * 2, pollMs)) {
    if (isOver()) return true
    const rest = deadline - monotonicMs()
    if (rest <= 0) return false
    await pause(Math.min(wait, rest))
  }
}
