import {closeSync, existsSync, mkdirSync, writeSync} from 'node:fs'
import {dirname} from 'node:path'
import {isoTime} from '../../domain/clock/iso-time.js'
import {showControls} from '../../domain/log/show-controls.js'
import {openOwnToAppend} from '../host/own-file.js'
import {knownNoAnswerFrom} from '../host/served-mount.js'
import {isRotationDue, type RotationPolicy, rotateLog} from './rotate.js'

const guardianLogName = 'guardian.log'
const schedulerLogName = 'scheduler.log'

interface GuardianLog {
  /** The log folder. */
  readonly dir: string
  readonly rotation: RotationPolicy
}

/** Writes one line about what guard did, for people with `tail`. Errors are ignored, because the journal has the record. */
export function writeGuardianLog({dir, rotation}: GuardianLog, atMs: number, text: string): void {
  writeLine({file: `${dir}/${guardianLogName}`, rotation}, atMs, text)
}

/** The log of the scheduler: what it says, and what it prints when it fails. */
export function schedulerLogFile(dir: string): string {
  return `${dir}/${schedulerLogName}`
}

/** The same for a scheduler that has no caller to say it to. */
export function writeSchedulerLog({dir, rotation}: GuardianLog, atMs: number, text: string): void {
  writeLine({file: schedulerLogFile(dir), rotation}, atMs, text)
}

interface LineLog {
  readonly file: string
  readonly rotation: RotationPolicy
}

function writeLine({file, rotation}: LineLog, atMs: number, text: string): void {
  const dir = dirname(file)
  if (knownNoAnswerFrom(dir) !== undefined) return
  const line = `${isoTime(atMs)} ${showControls(text)}\n`
  try {
    // It may be removed during a run. The folder alone: a state directory that is gone is not made again.
    if (!existsSync(dir)) mkdirSync(dir, {mode: 0o700})
    if (isRotationDue(file, rotation)) rotateLog(file, rotation, atMs)
    const fd = openOwnToAppend(file)
    writeSync(fd, line)
    closeSync(fd)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
  }
}
