import type {BootRef, ProcessRef} from '../../domain/clock/process-ref.js'
import type {RunHolder} from '../../domain/run/interrupted-run.js'
import type {Survivor} from '../../domain/run/stop-report.js'
import {monotonicMs, systemClock} from '../host/clock.js'
import {identifyProcess, processState, signalProcess} from './identity.js'
import {cgroupOfRun} from './job-cgroup.js'
import {type JobMark, membersOf, survivorOf} from './job-members.js'
import {readStat} from './proc.js'

const pollMs = 100
/** How long a process may take to end after KILL. */
const afterKillMs = 1000
/** How long a guard may take to record the end of its run once its job has ended by KILL. */
const recordEndMs = 3000

interface StopSettings {
  readonly here: BootRef
  readonly killAfterMs: number
}

/**
 * Ends another run (`--overlap cancel-other`, `guard scheduler stop --jobs`). TERM goes to its guard, which passes it on,
 * makes no further attempt and records the end; to the job itself where no guard is left. KILL follows: for the job after
 * `killAfterMs`, for a guard that does not heed TERM somewhat later. No process is sent a signal that is not provably one of
 * the run.
 *
 * @returns the processes that could not be ended
 */
export async function stopOtherRun(run: RunHolder, {here, killAfterMs}: StopSettings): Promise<readonly Survivor[]> {
  const guard = livingProcess(run.process, run, here)
  const mark = markOf(run, here)
  const isOver = () => !isAlive(guard) && membersOf(mark).length === 0
  for (const signal of ['SIGTERM', 'SIGCONT'] as const) {
    if (guard) signalProcess(guard, signal)
    else signalJob(mark, signal)
  }
  if (await waitUntil(isOver, killAfterMs)) return []
  // Its guard, if there is one, records what is left of the job.
  const left = await killJob(mark)
  if (left.length > 0 || !guard || (await waitUntil(isOver, recordEndMs))) return left
  signalProcess(guard, 'SIGKILL')
  await waitUntil(() => !isAlive(guard), afterKillMs)
  // It may have begun another attempt meanwhile.
  const after = await killJob(mark)
  return isAlive(guard) ? [...after, survivorOf({pid: guard.pid, state: readStat(guard.pid)?.state ?? ''})] : after
}

/** Another process may have its number by now. */
function livingProcess(ref: ProcessRef | undefined, seen: BootRef, here: BootRef): ProcessRef | undefined {
  return ref && processState(ref, seen, here) === 'alive' ? ref : undefined
}

/** The cgroup of a run has its id in its name, so that any process of the run leads to it. */
function markOf(run: RunHolder, here: BootRef): JobMark {
  const {holder: runId} = run
  const pid = livingProcess(run.jobProcess, run, here)?.pid
  const known = pid === undefined ? membersOf({pid, runId, cgroup: undefined}).map((member) => member.pid) : [pid]
  return {pid, runId, cgroup: known.map((one) => cgroupOfRun(one, runId)).find((cgroup) => cgroup !== undefined)}
}

function signalJob(mark: JobMark, signal: NodeJS.Signals): void {
  for (const member of membersOf(mark)) {
    if (signal === 'SIGKILL' || !member.isOfInnerRun) signalProcess(member, signal)
  }
}

/** @returns those of its processes that KILL has not ended */
async function killJob(mark: JobMark): Promise<readonly Survivor[]> {
  const sent = new Set(membersOf(mark).map(({pid}) => pid))
  const left = () => membersOf(mark).filter(({pid}) => sent.has(pid))
  mark.cgroup?.kill()
  signalJob(mark, 'SIGKILL')
  return (await waitUntil(() => left().length === 0, afterKillMs)) ? [] : left().map(survivorOf)
}

async function waitUntil(isSo: () => boolean, limitMs: number): Promise<boolean> {
  const deadline = monotonicMs() + limitMs
  while (!isSo()) {
    if (monotonicMs() >= deadline) return false
    await systemClock.sleep(pollMs)
  }
  return true
}

function isAlive(guard: ProcessRef | undefined): boolean {
  return guard !== undefined && identifyProcess(guard.pid)?.start === guard.start
}
