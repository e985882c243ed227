import {readFileSync} from 'node:fs'
import {hostname, uptime} from 'node:os'
import type {Stamp} from '../domain/record.js'
import type {Clock} from './clock.js'

/** Identifies this boot: a process of another boot id on this host is dead for certain. */
export function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    // No Linux: the time of the boot, to ten seconds, says the same.
    return `since-${Math.round((Date.now() / 1000 - uptime()) / 10)}`
  }
}

/** Makes the stamps of one process's records. `newId` gives 72 random bits. */
export function createStamper(clock: Clock, newId: () => string): () => Stamp {
  const boot = readBootId()
  const host = hostname()
  return () => ({v: 1, id: newId(), at: clock.now(), mono: Math.floor(clock.mono()), boot, host})
}
