import {statSync} from 'node:fs'
import {type Gap, statOf} from './forward-output.js'
import type {OpenLog} from './open-log.js'
import {openSpool, type Spool} from './spool.js'

/** A file that the job writes to, and where guard passes it on. */
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

/** What a job's standard output and standard error are: one file if both go to the same place. */
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

/** Whether what is passed on there goes nowhere. */
export function isNull(fd: number): boolean {
  const stat = statOf(fd)
  return !stat || (stat.isCharacterDevice() && stat.rdev === statSync('/dev/null').rdev)
}

function sameFile(a: number, b: number): boolean {
  if (a === b) return true
  const [first, second] = [statOf(a), statOf(b)]
  // A closed stream has nobody who could tell the two apart.
  if (!first || !second) return !second
  return first.ino === second.ino && first.dev === second.dev
}
