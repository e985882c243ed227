import {readdirSync} from 'node:fs'
import {join} from 'node:path'
import type {RunResult} from '../../domain/run/outcome.js'
import type {JobSettings} from '../../domain/settings/job.js'
import {settingsOfJob} from '../../domain/settings/settings.js'
import {GuardError} from '../../errors.js'
import {findPaths} from '../../system/host/glob.js'
import {inspectLocks, readLocalNames} from '../../system/locks/inspect.js'
import {openQuarantine} from '../../system/locks/quarantine.js'
import {type ClearLocksDeps, clearLocks, type LockSearch} from '../../usecases/recovery/clear-locks.js'
import type {StepDeps} from '../../usecases/recovery/recovery-steps.js'
import type {Guard} from '../guard.js'

/** What the use cases of locks need. */
export function wireLocks(guard: Guard): ClearLocksDeps {
  return {
    clock: guard.clock,
    newId: guard.newId,
    findPaths,
    inspectLocks,
    readLocalNames,
    quarantine: openQuarantine(guard.stateDir),
  }
}

/** guard's own files are never locks, whatever a pattern says: jobs often keep theirs in the same folder. */
function ownFiles({stateDir, logDir}: Pick<Guard, 'stateDir' | 'logDir'>): readonly string[] {
  const own = ['.gen', 'quarantine', 'spool', ...journalNames(stateDir)]
  return [logDir, ...own.map((name) => join(stateDir, name))]
}

/** Clears by proof, for the recovery of a job whose relative patterns start in `dir`. */
export function clearLocksIn(guard: Guard, dir: string): StepDeps<RunResult>['clearLocks'] {
  return ({patterns, minAgeMs}) =>
    clearLocks(wireLocks(guard), [{patterns, minAgeMs, dir, without: ownFiles(guard)}], 'proof')
}

interface LocksAsked {
  /** From the command line; none means those of the settings. */
  readonly patterns: readonly string[]
  readonly minAgeMs: number | undefined
}

/** Where `guard locks` looks. Throws GuardError `usage` when neither the command line nor the settings say it. */
export function locksAsked(guard: Guard, {patterns, minAgeMs}: LocksAsked): readonly LockSearch[] {
  const without = ownFiles(guard)
  if (patterns.length > 0) return [{patterns, dir: process.cwd(), without, minAgeMs: minAgeMs ?? defaultMinAgeMs}]
  const searches = locksOfSettings(guard)
  if (searches.length > 0) return searches.map((search) => ({...search, minAgeMs: minAgeMs ?? search.minAgeMs}))
  throw new GuardError('usage', 'no pattern of lock files is given, and the settings have no clear-locks step', [
    "name the files: guard locks list 'state/**/*.lock'",
    'or give a job the step {do: clear-locks, files: "state/**/*.lock"}',
  ])
}

/** Where the clear-locks steps of the settings look, or those of one job. */
export function locksOfSettings(guard: Guard, job?: string): readonly LockSearch[] {
  const {jobs, defaults} = guard.settings
  const asked = job === undefined ? [defaults, ...Object.values(jobs)] : [settingsOfJob(guard.settings, job)]
  const without = ownFiles(guard)
  return asked.flatMap((settings) => searchesOf(settings, without))
}

/** As in the settings. */
export const defaultMinAgeMs = 600_000

function searchesOf({recovery, dir = process.cwd()}: JobSettings, without: readonly string[]): LockSearch[] {
  return recovery.flatMap((step) =>
    step.do === 'clear-locks' ? [{patterns: step.files, dir, without, minAgeMs: step.minAgeMs}] : [],
  )
}

function journalNames(stateDir: string): readonly string[] {
  try {
    return readdirSync(stateDir).filter((name) => name.endsWith('.jsonl'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
