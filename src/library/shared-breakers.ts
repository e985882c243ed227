import {homedir} from 'node:os'
import {join, resolve} from 'node:path'
import type {Breakers} from '../domain/breaker/breaker.js'
import type {ProcessRef} from '../domain/clock/process-ref.js'
import type {ClockReading} from '../domain/clock/reading.js'
import {cachedJournal} from '../journal/cached.js'
import {breakerStream} from '../journal/failure-streams.js'
import type {Journal} from '../journal/journal.js'
import {openStateDir} from '../journal/state-dir.js'
import {openStream} from '../journal/streams.js'
import {systemClock} from '../system/host/clock.js'
import {createStamper, readBootRef} from '../system/host/host.js'
import {newId} from '../system/host/ids.js'
import {identifyProcess, processState} from '../system/process/identity.js'
import type {BreakerDeps} from '../usecases/breaker/breaker.js'

export type SharedBreakers = BreakerDeps & {readonly breakers: Journal<Breakers>}

/** Breakers of one state directory share one journal and one cache of it. */
const opened = new Map<string, SharedBreakers>()

/** Opens the breakers of a state directory. Throws GuardError `no-state`, `io`. */
export function sharedBreakers(stateDir: string, maxAgeMs: number): SharedBreakers {
  const key = `${maxAgeMs}:${stateDir}`
  const known = opened.get(key)
  if (known) return known
  const dir = openStateDir(stateDir, 'local-only')
  const here = readBootRef()
  const journal = openStream(breakerStream, {dir, newStamp: createStamper(systemClock, newId)})
  const now = (): ClockReading => ({...here, at: systemClock.now(), mono: systemClock.mono()})
  const deps = {
    breakers: cachedJournal(journal, maxAgeMs, systemClock.mono),
    now,
    isGone: ({process, ...seen}: Parameters<BreakerDeps['isGone']>[0]) =>
      process !== undefined && processState(process, seen, here) === 'gone',
  }
  opened.set(key, deps)
  return deps
}

let own: ProcessRef | undefined

/** This process; read once, because it does not change. */
export function ownProcess(): ProcessRef | undefined {
  own ??= identifyProcess(process.pid)
  return own
}

/** The state directory: as given, else as the environment has it. */
export function stateDirOf(given: string | undefined): string {
  const named = given ?? process.env['GUARD_STATE_DIR']
  if (named) return resolve(named)
  return join(process.env['XDG_STATE_HOME'] || join(homedir(), '.local/state'), 'guard')
}
