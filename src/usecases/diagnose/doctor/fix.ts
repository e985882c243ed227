import {shellWord} from '../../../domain/crontab/shell-word.js'
import {listNames} from '../../../domain/health/list-names.js'
import type {Journal} from '../../../journal/journal.js'
import type {ClearedLocks} from '../../recovery/clear-locks.js'

export interface FixDeps {
  /** Files of guard's own that others may write. */
  readonly sharedFiles: () => readonly string[]
  /** @returns the mode as it was; undefined if nothing was changed */
  readonly closeToOthers: (path: string) => number | undefined
  readonly expiredLogs: () => readonly {readonly path: string; readonly bytes: number}[]
  readonly removeLogs: (logs: readonly {readonly path: string}[]) => void
  readonly journals: readonly (Pick<Journal<unknown>, 'inspect' | 'compactIfDue'> & {readonly name: string})[]
  readonly clearLocks: () => Promise<ClearedLocks>
}

/** What was done, or what could not be done and why. */
export interface Fixed {
  readonly fix: 'rights' | 'logs' | 'journals' | 'locks'
  readonly ok: boolean
  readonly what: string
  /** The command that undoes it; undefined if guard would have done it by itself sooner or later. */
  readonly undo?: string
}

type Work = () => readonly Fixed[] | Promise<readonly Fixed[]>

/** Does what can be undone, or what guard does by itself in time. A part that fails stops no other. */
export async function fixHarmless(deps: FixDeps): Promise<readonly Fixed[]> {
  const parts: readonly (readonly [Fixed['fix'], Work])[] = [
    // Without its rights the state directory is refused, and on a full disk nothing can be compacted.
    ['rights', () => fixRights(deps)],
    ['logs', () => fixLogs(deps)],
    ['journals', () => fixJournals(deps)],
    ['locks', () => fixLocks(deps)],
  ]
  const done: Fixed[] = []
  for (const [fix, work] of parts) {
    try {
      done.push(...(await work()))
    } catch (error) {
      done.push({fix, ok: false, what: textOf(error)})
    }
  }
  return done
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** One that cannot be fixed keeps none of the others from it, and none of those before it from being told. */
function fixEach<T>(fix: Fixed['fix'], all: readonly T[], work: (one: T) => readonly Fixed[]): readonly Fixed[] {
  const done: Fixed[] = []
  const failures: string[] = []
  for (const one of all) {
    try {
      done.push(...work(one))
    } catch (error) {
      failures.push(textOf(error))
    }
  }
  return failures.length === 0 ? done : [...done, {fix, ok: false, what: listNames(failures, '; ')}]
}

function fixRights({sharedFiles, closeToOthers}: FixDeps): readonly Fixed[] {
  return fixEach('rights', sharedFiles(), (path) => {
    const mode = closeToOthers(path)
    if (mode === undefined) return []
    const undo = `chmod ${mode.toString(8)} ${shellWord(path)}`
    return [{fix: 'rights', ok: true, what: `${path} can no longer be written by others`, undo}]
  })
}

function fixLogs({expiredLogs, removeLogs}: FixDeps): readonly Fixed[] {
  const logs = expiredLogs()
  if (logs.length === 0) return []
  removeLogs(logs)
  const bytes = logs.reduce((sum, log) => sum + log.bytes, 0)
  const size = bytes < 1024 ** 2 ? `${Math.ceil(bytes / 1024)} KiB` : `${Math.round(bytes / 1024 ** 2)} MiB`
  const what = logs.length === 1 ? '1 expired log' : `${logs.length} expired logs`
  return [{fix: 'logs', ok: true, what: `${what} removed (${size})`}]
}

function fixJournals({journals}: FixDeps): readonly Fixed[] {
  return fixEach('journals', journals, ({name, inspect, compactIfDue}) => {
    const before = inspect().generation
    if (before === 0) return []
    compactIfDue()
    return inspect().generation > before ? [{fix: 'journals', ok: true, what: `${name}.jsonl compacted`}] : []
  })
}

async function fixLocks({clearLocks}: FixDeps): Promise<readonly Fixed[]> {
  const {cleared, quarantineId} = await clearLocks()
  if (quarantineId === undefined) return []
  const what = cleared.length === 1 ? `${cleared[0]} moved` : `${cleared.length} stale locks moved`
  return [{fix: 'locks', ok: true, what: `${what} into the quarantine`, undo: `guard locks restore ${quarantineId}`}]
}
