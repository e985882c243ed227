import {isAbsolute, join, resolve} from 'node:path'
import {loadSettings, workingDirectory} from '../config/settings.js'
import type {Stamp} from '../domain/journal/record.js'
import type {Leases} from '../domain/lease/lease.js'
import type {RunsByJob} from '../domain/run/job-runs.js'
import type {Settings} from '../domain/settings/settings.js'
import {GuardError} from '../errors.js'
import type {Journal} from '../journal/journal.js'
import {type JournalSpec, retentionOf} from '../journal/spec.js'
import {assertStateDirIsThere, openStateDir} from '../journal/state-dir.js'
import {leaseStream, openStream, runStream} from '../journal/streams.js'
import {takeAcceptedSettings} from '../system/host/accepted-settings.js'
import {type Clock, systemClock} from '../system/host/clock.js'
import {createStamper, homeFolder} from '../system/host/host.js'
import {newId} from '../system/host/ids.js'
import {takeStateIsMade} from '../system/host/made-state.js'
import {noAnswerFrom} from '../system/host/served-mount.js'
import {writeGuardianLog} from '../system/log/guardian-log.js'
import {logFileOf} from '../system/log/names.js'
import {version} from './build-info.js'
import {logFolder} from './logs/log-folder.js'

/**
 * The composition root: everything that a command may hand to a use case. Nothing is opened before it is used, and only
 * Node's own modules are loaded, because `guard run` starts here too.
 */
export interface Guard {
  readonly settings: Settings
  /** Whether there is a place for the state directory: a user without a home has none, nor has one whose server is gone. */
  readonly hasStateDir: boolean
  /** As it was named; without symbolic links once `ensureState` has looked at it. Throws GuardError `no-state` without a place. */
  readonly stateDir: string
  /** Whether the state directory may be on a file system where the appends of two machines may overwrite each other. */
  readonly takesAnyFilesystem: boolean
  readonly logDir: string
  /** Folder for files that exist only during a run: results, and output on its way into the log. */
  readonly spoolDir: string
  readonly clock: Clock
  readonly newId: () => string
  readonly stamp: () => Stamp
  /**
   * Makes the state directory if need be, and refuses one that is not safe. After `once` this process makes it no more if it
   * is removed or unmounted, because nothing would look for its records. Throws GuardError `no-state`, `io`.
   */
  ensureState(how?: 'once'): void
  journal<S>(spec: JournalSpec<S>): Journal<S>
  leases(): Journal<Leases>
  runs(): Journal<RunsByJob>
  logFileOf(job: string): string
  /** Writes a line into `guardian.log`. */
  log(text: string): void
}

interface GuardOptions {
  readonly stateDir: string | undefined
  readonly config: string | undefined
  readonly takesAnyFilesystem: boolean
}

export async function openGuard(options: GuardOptions): Promise<Guard> {
  const env = process.env
  const isStateMade = takeStateIsMade(env)
  const copy = takeAcceptedSettings(env)
  const where = {configFlag: options.config, cwd: workingDirectory(env), home: homeFolder(), env}
  const request = {...where, version, noAnswerFrom}
  // Loaded late: settings are seldom refused.
  const settings = await (copy
    ? (await import('../config/accepted.js')).loadAccepted(copy, request)
    : loadSettings(request))
  const wanted = namedStateDir(options.stateDir, settings)
  const noAnswer = wanted === undefined ? undefined : await noAnswerFrom(wanted)
  let place = noAnswer === undefined ? wanted : undefined
  const stateDir = () => place ?? refusePlace(wanted, noAnswer)
  const stamp = createStamper(systemClock, newId)
  const logs = await logFolder(settings.logDir, stateDir)
  let mayMakeState = true
  const own = {newStamp: stamp, mayMakeDir: () => mayMakeState, ...compactBytesOf(env)}
  const journal = journalOpener(settings, () => ({dir: stateDir(), ...own}))
  let announce: (() => void) | undefined
  const guard: Guard = {
    settings,
    hasStateDir: place !== undefined,
    takesAnyFilesystem: options.takesAnyFilesystem,
    get stateDir() {
      return stateDir()
    },
    get logDir() {
      return logs.path
    },
    get spoolDir() {
      return `${stateDir()}/spool`
    },
    clock: systemClock,
    newId,
    stamp,
    ensureState: (how) => {
      if (isStateMade || !mayMakeState) assertStateDirIsThere(stateDir())
      // Resolved once, so that a link that changes later does not separate a run from its records.
      place = openStateDir(stateDir(), options.takesAnyFilesystem ? 'any' : 'local-only')
      if (how === 'once') mayMakeState = false
      logs.ensure(guard)
      announce?.()
    },
    journal,
    leases: () => journal(leaseStream),
    runs: () => journal(runStream),
    logFileOf: (job) => logFileOf(logs.path, job),
    log: (text) => writeGuardianLog({dir: logs.path, rotation: settings.logs}, systemClock.now(), text),
  }
  if (settings.wrong) {
    // Loaded late, because settings are seldom wrong.
    const {announceWrongSettings, recordIfPossible} = await import('./settings/say-settings.js')
    announce = announceWrongSettings(guard, settings.wrong)
    recordIfPossible(guard)
  }
  return guard
}

/** Opens each journal once. */
function journalOpener(settings: Settings, options: () => Parameters<typeof openStream>[1]): Guard['journal'] {
  const opened = new Map<object, Journal<never>>()
  return <S>(spec: JournalSpec<S>): Journal<S> => {
    const known = opened.get(spec) as Journal<S> | undefined
    if (known) return known
    const {newStamp, ...place} = options()
    const stamp = spec.namesSettings ? () => ({...newStamp(), ...namedFile(settings)}) : newStamp
    const retention = retentionOf(spec as JournalSpec<never>, settings.retention)
    const journal = openStream(spec, {...place, newStamp: stamp, retention})
    opened.set(spec, journal as Journal<never>)
    return journal
  }
}

function namedFile({file}: Settings): {readonly settingsFile?: string} {
  return file === undefined ? {} : {settingsFile: file}
}

/**
 * In this order (docs/journal.md): flag, environment, settings, the place that the XDG base directories name.
 *
 * @returns undefined for a user without a home
 */
export function namedStateDir(flag: string | undefined, settings: Settings): string | undefined {
  const given = flag ?? process.env['GUARD_STATE_DIR']
  if (given) return isAbsolute(given) ? given : resolve(process.cwd(), given)
  if (settings.stateDir !== undefined) return settings.stateDir
  const base = process.env['XDG_STATE_HOME']
  if (base && isAbsolute(base)) return join(base, 'guard')
  const home = homeFolder()
  return home === undefined ? undefined : join(home, '.local/state/guard')
}

function refusePlace(wanted: string | undefined, noAnswer: string | undefined): never {
  if (wanted !== undefined)
    throw new GuardError('no-state', `state directory ${wanted} is not used: ${noAnswer}`, [
      'choose another: --state-dir DIR or GUARD_STATE_DIR',
    ])
  throw new GuardError(
    'no-state',
    `there is no state directory, because HOME is not set and user ${process.geteuid?.()} has no home`,
    ['name one: --state-dir DIR or GUARD_STATE_DIR'],
  )
}

/** For tests: small journals are compacted often. */
function compactBytesOf(env: NodeJS.ProcessEnv): {compactBytes?: number} {
  const bytes = Number(env['GUARD_COMPACT_BYTES'])
  return bytes > 0 ? {compactBytes: bytes} : {}
}
