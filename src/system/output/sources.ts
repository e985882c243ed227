import {statSync} from 'node:fs'
import {type Gap, statOf} from './forward-output.js'
import type {OpenLog} from './open-log.js'
import {openSpool, type Spool} from './spool.js'

/** A file that the job writes to, and the descriptor to which guard passes it on. */
interface OutputSource {
  readonly fd: number
  readonly file: string
  /** Where the run begins in it. */
  readonly from: number
  readonly target: number
  readonly spool?: Spool
}

interface Ways {
  readonly spool: string
  readonly targets: readonly [number, number]
  readonly isShared: boolean
}

/** The files for standard output and standard error of a job: one file if both have the same target. */
export function openSources({spool, targets, isShared}: Ways, log: OpenLog, onGap: (gap: Gap) => void): OutputSource[] {
  const spooled = (name: string, target: number): OutputSource => {
    const file = `${spool}.${name}`
    const opened = openSpool(file, log.file, onGap)
    return {fd: opened.fd, file, from: 0, target, spool: opened}
  }
  const [stdout, stderr] = targets
  const out = isShared ? spooled('out', stdout) : {fd: log.fd, file: log.file, from: log.from, target: stdout}
  return sameFile(stdout, stderr) ? [out] : [out, spooled('err', stderr)]
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
