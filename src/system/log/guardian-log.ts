import {closeSync, writeSync} from 'node:fs'
import {isoTime} from '../../domain/clock/iso-time.js'
import {showControls} from '../../domain/log/show-controls.js'
import {openOwnToAppend} from '../host/own-file.js'
import {knownNoAnswerFrom} from '../host/served-mount.js'
import {isRotationDue, type RotationPolicy, rotateLog} from './rotate.js'

const guardianLogName = 'guardian.log'

interface GuardianLog {
  /** The log folder. */
  readonly dir: string
  readonly rotation: RotationPolicy
}

/** Writes one line about what guard did, for people with `tail`. Errors are ignored, because the journal has the record. */
export function writeGuardianLog({dir, rotation}: GuardianLog, atMs: number, text: string): void {
  const file = `${dir}/${guardianLogName}`
  if (knownNoAnswerFrom(dir) !== undefined) return
  const line = `${isoTime(atMs)} ${showControls(text)}\n`
  try {
    if (isRotationDue(file, rotation)) rotateLog(file, rotation, atMs)
    const fd = openOwnToAppend(file)
    writeSync(fd, line)
    closeSync(fd)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
  }
}
