import {readFileSync} from 'node:fs'
import type {BootRef} from '../../domain/clock/process-ref.js'
import type {Stamp} from '../../domain/journal/record.js'
import type {Clock} from './clock.js'
import {isInitialPidns} from './namespaces.js'

/** Loaded late, because a run on Linux does not need it. */
function os(): typeof import('node:os') {
  return process.getBuiltinModule('node:os')
}

let bootId: string | undefined
let hostName: string | undefined
let bootRef: BootRef | undefined

/** The id of this boot. */
export function readBootId(): string {
  // Without Linux, the boot time rounded to ten seconds serves as id.
  bootId ??= readKernel('random/boot_id') ?? `since-${Math.round((Date.now() / 1000 - os().uptime()) / 10)}`
  return bootId
}

export function readHostName(): string {
  hostName ??= readKernel('hostname') ?? os().hostname()
  return hostName
}

/** The machine and boot of this process. */
export function readBootRef(): BootRef {
  bootRef ??= newBootRef()
  return bootRef
}

function newBootRef(): BootRef {
  const machine = readMachineId()
  return {host: readHostName(), boot: readBootId(), ...(machine !== undefined && {machine})}
}

/** See machine-id(5). In a container the file is part of the image, so it proves nothing. */
function readMachineId(): string | undefined {
  if (process.platform !== 'linux') return readHostName()
  return isInitialPidns() ? (machineIdIn('/etc/machine-id') ?? machineIdIn('/var/lib/dbus/machine-id')) : undefined
}

/** @returns undefined if the file is missing, or says `uninitialized` */
function machineIdIn(path: string): string | undefined {
  const id = readOrUndefined(path)
  return id !== undefined && /^[0-9a-f]{32}$/.test(id) ? id : undefined
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
  const realTime = /^SIGRTMIN\+(-?\d+)$/.exec(name)?.[1]
  return realTime === undefined ? os().constants.signals[name as NodeJS.Signals] : firstRealTime + Number(realTime)
}

/** SIGRTMIN of glibc. */
const firstRealTime = 34

/** The name of a real-time signal, from which `signalNumber` has its number. */
export function realTimeSignal(number: number): `SIGRTMIN+${number}` {
  return `SIGRTMIN+${number - firstRealTime}`
}

function readKernel(name: string): string | undefined {
  return readOrUndefined(`/proc/sys/kernel/${name}`)
}

function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}

/** Makes the stamps for the records of one process. `newId` returns 72 random bits. */
export function createStamper(clock: Clock, newId: () => string): () => Stamp {
  const {boot, host, ...machine} = readBootRef()
  return () => ({v: 1, id: newId(), at: clock.now(), mono: Math.floor(clock.mono()), boot, host, ...machine})
}
