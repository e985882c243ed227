import {closeSync, constants, openSync, statSync, unlinkSync} from 'node:fs'
import {bestEffort} from '../host/best-effort.js'
import {statOf} from './forward-output.js'
import {appendFlags, type OpenLog} from './open-log.js'

/** Where one pipe of the job ends up, and the descriptor to which guard passes it on. */
export interface OutputSource {
  /** The file that has it: the log, or a spool. */
  readonly fd: number
  readonly file: string
  /** Where the run begins in it. */
  readonly from: number
  readonly target: number
  /**
   * A file beside the log with the output of this pipe alone, where it has to be told from other output in the log:
   * standard error, or that of a run that shares its log with another run. It is removed after the run.
   */
  readonly spool: string | undefined
}

interface Ways {
  readonly spool: string
  readonly targets: readonly [number, number]
  readonly isShared: boolean
}

/** One source for both streams of a job if both have the same target, so that their order is exact; else one for each. */
export function openSources({spool, targets, isShared}: Ways, log: OpenLog): OutputSource[] {
  const [stdout, stderr] = targets
  const isJoined = sameFile(stdout, stderr)
  const open = (name: string, target: number): OutputSource => {
    const needsSpool = isShared || (!isJoined && !isNull(target))
    if (!needsSpool) return {fd: log.fd, file: log.file, from: log.from, target, spool: undefined}
    const file = `${spool}.${name}`
    return {fd: openSync(file, appendFlags | constants.O_EXCL, 0o600), file, from: 0, target, spool: file}
  }
  const first = open('out', stdout)
  if (isJoined) return [first]
  try {
    return [first, open('err', stderr)]
  } catch (error) {
    removeSpools([first])
    throw error
  }
}

/** What stays is removed by a later run. */
export function removeSpools(sources: readonly OutputSource[]): void {
  for (const {fd, spool} of sources) {
    if (spool === undefined) continue
    bestEffort(() => closeSync(fd))
    bestEffort(() => unlinkSync(spool))
  }
}

/** Whether the descriptor is closed or /dev/null. */
export function isNull(fd: number): boolean {
  const stat = statOf(fd)
  return !stat || (stat.isCharacterDevice() && stat.rdev === statSync('/dev/null').rdev)
}

function sameFile(a: number, b: number): boolean {
  if (a === b) return true
  const [first, second] = [statOf(a), statOf(b)]
  // If the second one is closed, the two need not be told apart.
  if (!first || !second) return !second
  return first.ino === second.ino && first.dev === second.dev
}
