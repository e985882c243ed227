import {readFileSync} from 'node:fs'
import type {Stamp} from '../../domain/journal/record.js'
import type {Clock} from './clock.js'

/** Loaded when it is needed, which a run on Linux does not: 0.4 ms. */
function os(): typeof import('node:os') {
  return process.getBuiltinModule('node:os')
}

let bootId: string | undefined
let hostName: string | undefined

/** Identifies this boot: a process of another boot id on this host is dead for certain. */
export function readBootId(): string {
  // No Linux: the time of the boot, to ten seconds, says the same.
  bootId ??= readKernel('random/boot_id') ?? `since-${Math.round((Date.now() / 1000 - os().uptime()) / 10)}`
  return bootId
}

export function readHostName(): string {
  hostName ??= readKernel('hostname') ?? os().hostname()
  return hostName
}

/** The user's home: `$HOME`, else what the system's list of users says. */
export function homeFolder(): string {
  return process.env['HOME'] || os().homedir()
}

export function temporaryFolder(): string {
  return os().tmpdir()
}

/** The number of a signal, for an exit code. Undefined: this system has none of that name. */
export function signalNumber(name: string): number | undefined {
  return os().constants.signals[name as NodeJS.Signals]
}

function readKernel(name: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/kernel/${name}`, 'utf8').trim()
  } catch {
    return undefined
  }
}

/** Makes the stamps of one process's records. `newId` gives 72 random bits. */
export function createStamper(clock: Clock, newId: () => string): () => Stamp {
  const boot = readBootId()
  const host = readHostName()
  return () => ({v: 1, id: newId(), at: clock.now(), mono: Math.floor(clock.mono()), boot, host})
}
