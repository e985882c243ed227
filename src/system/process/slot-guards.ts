import {readFileSync, statSync} from 'node:fs'
import type {ProcessRef} from '../../domain/clock/process-ref.js'
import {parseSlotKey} from '../../domain/scheduler/slot-key.js'
import {identifyProcess} from './identity.js'
import {listPids} from './proc.js'

export interface SlotGuard {
  readonly process: ProcessRef
  readonly job: string
  readonly slotMs: number
}

/** The guards that schedulers of this state directory have started for a slot, and that are at work; none without /proc. */
export function slotGuards(stateDir: string): readonly SlotGuard[] {
  return listPids().flatMap((pid): readonly SlotGuard[] => {
    try {
      const slot = slotIn(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0'), stateDir)
      const process = slot && isSameFolder(pid, stateDir) && identifyProcess(pid)
      return process ? [{process, ...slot}] : []
    } catch {
      // It has ended, or belongs to another user.
      return []
    }
  })
}

/** In a container the path may be that of another folder. */
function isSameFolder(pid: number, folder: string): boolean {
  const [own, its] = [statSync(folder), statSync(`/proc/${pid}/root${folder}`)]
  return own.dev === its.dev && own.ino === its.ino
}

/** The words are the executable, perhaps its script, and then those that the scheduler gives. */
function slotIn(words: readonly string[], stateDir: string): ReturnType<typeof parseSlotKey> {
  const at = words.slice(0, 3).indexOf('run')
  if (at < 1 || words[at + 1] !== '--state-dir' || words[at + 2] !== stateDir) return undefined
  const slot = words.indexOf('--slot')
  return slot < 0 ? undefined : parseSlotKey(words[slot + 1] ?? '')
}
