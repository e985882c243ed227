import {readFileSync} from 'node:fs'
import type {Survivor} from '../../domain/run/stop-report.js'
import {hasOwnProc} from '../host/namespaces.js'
import {startOf} from './identity.js'
import type {JobCgroup} from './job-cgroup.js'
import {listPids, type ProcessStat, readStat, readStatus} from './proc.js'

/** What the processes of a job are known by. */
export interface JobMark {
  /** Its first process, which leads its group and session. undefined if that is not known. */
  readonly pid: number | undefined
  readonly runId: string
  readonly cgroup: JobCgroup | undefined
}

/** One process of a job. */
interface JobMember {
  readonly pid: number
  readonly start: string
  readonly state: string
  /** It gets what is sent to the group of the job. */
  readonly isInGroup: boolean
  /** It belongs to another run inside this one, whose guard hands signals on to it. */
  readonly isOfInnerRun: boolean
}

type ProcessRow = ProcessStat & {readonly pid: number}

/**
 * Every process of a job, of whatever user: those in its group or session, in its cgroup, with the run's id in their
 * environment, and the descendants of these. Empty without /proc.
 */
export function membersOf({pid, runId, cgroup}: JobMark): readonly JobMember[] {
  const rows = processRows()
  const inCgroup = new Set(cgroup?.pids())
  const runs = new Map(rows.map((row) => [row.pid, runIdOf(row.pid)]))
  const isFirst = (row: ProcessRow) =>
    row.pid === pid ||
    (pid !== undefined && (row.group === pid || row.session === pid)) ||
    inCgroup.has(row.pid) ||
    runs.get(row.pid) === runId
  const found = withDescendants(rows.filter(isFirst), rows)
  return found
    .filter((row) => row.pid !== process.pid)
    .map((row) => {
      const run = runs.get(row.pid)
      const isInGroup = row.pid === pid || row.group === pid
      return {
        pid: row.pid,
        start: startOf(row),
        state: row.state,
        isInGroup,
        isOfInnerRun: run !== undefined && run !== runId,
      }
    })
}

function withDescendants(first: readonly ProcessRow[], rows: readonly ProcessRow[]): readonly ProcessRow[] {
  const found = new Set(first)
  const pids = new Set(first.map(({pid}) => pid))
  for (let before = -1; before < found.size; ) {
    before = found.size
    for (const row of rows) {
      if (!pids.has(row.parent)) continue
      found.add(row)
      pids.add(row.pid)
    }
  }
  return [...found]
}

/** Empty without a /proc whose numbers are ours. */
function processRows(): readonly ProcessRow[] {
  const pids = hasOwnProc() ? listPids() : []
  return pids.flatMap((pid) => {
    const stat = readStat(pid)
    return stat && !stat.isDead ? {pid, ...stat} : []
  })
}

/** The run that a process belongs to by its environment. @returns undefined if it says none, or cannot be read */
function runIdOf(pid: number): string | undefined {
  try {
    return /(?:^|\0)GUARD_RUN_ID=([^\0]*)/.exec(readFileSync(`/proc/${pid}/environ`, 'latin1'))?.[1]
  } catch {
    // The process has ended, or belongs to another user.
    return undefined
  }
}

/** What is said of a process that could not be ended. */
export function survivorOf({pid, state}: Pick<JobMember, 'pid' | 'state'>): Survivor {
  const uid = readStatus(pid)?.uid
  const isForeign = uid !== undefined && uid !== process.geteuid?.()
  return {
    pid,
    ...(isForeign && {user: userName(uid)}),
    ...(state === 'D' && {isUninterruptible: true}),
  }
}

function userName(uid: number): string {
  try {
    const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
    const name = lines.map((line) => line.split(':')).find((fields) => fields[2] === `${uid}`)?.[0]
    return name ?? `user ${uid}`
  } catch {
    return `user ${uid}`
  }
}
