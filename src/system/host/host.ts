import {readFileSync} from 'node:fs'
import type {Stamp} from '../../domain/journal/record.js'
import type {Clock} from './clock.js'

/** Loaded late, because a run on Linux does not need it. */
function os(): typeof import('node:os') {
  return process.getBuiltinModule('node:os')
}

let bootId: string | undefined
let hostName: string | undefined

/** The id of this boot. A process with another boot id on this host is certainly dead. */
export function readBootId(): string {
  // Without Linux, the boot time rounded to ten seconds serves as id.
  bootId ??= readKernel('random/boot_id') ?? `since-${Math.round((Date.now() / 1000 - os().uptime()) / 10)}`
  return bootId
}

export function readHostName(): string {
  hostName ??= readKernel('hostname') ?? os().hostname()
  return hostName
}

/** The user's home: `$HOME`, or the entry of the user database. @returns undefined if there is neither */
export function homeFolder(): string | undefined {
  const {HOME} = process.env
  if (HOME) return HOME
  try {
    // Without an entry Node throws and bun makes a home up.
    return os().userInfo().homedir || undefined
  } catch {
    return undefined
  }
}

export function temporaryFolder(): string {
  return os().tmpdir()
}

/** The number of a signal, for an exit code. @returns undefined if this system has no signal of that name */
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

/** Makes the stamps for the records of one process. `newId` returns 72 random bits. */
export function createStamper(clock: Clock, newId: () => string): () => Stamp {
  const boot = readBootId()
  const host = readHostName()
  return () => ({v: 1, id: newId(), at: clock.now(), mono: Math.floor(clock.mono()), boot, host})
}
