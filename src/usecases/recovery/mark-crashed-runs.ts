import {isoTime} from '../../domain/clock/iso-time.js'
import type {LocalNames} from '../../domain/locks/lock.js'
import {judgeCrashedRun} from '../../domain/recovery/crashed-run.js'
import {markFailed, readRunState} from '../../domain/recovery/run-state.js'
import type {CrashedRunsSettings} from '../../domain/settings/settings.js'
import type {Clock} from '../../system/host/clock.js'
import type {FindPaths} from '../../system/host/glob.js'
import type {OwnFile, ReadOwnFile, ReplaceOwnFile} from '../../system/host/replace-file.js'
import type {FindOwner} from '../../system/locks/inspect.js'

export interface CrashedRunsDeps {
  readonly settings: CrashedRunsSettings
  readonly clock: Pick<Clock, 'now'>
  readonly findPaths: FindPaths
  /** Why another user could put something else in the place of a path. */
  readonly distrustOf: (path: string) => string | undefined
  readonly readFile: ReadOwnFile
  readonly replaceFile: ReplaceOwnFile
  readonly findOwner: FindOwner
  readonly readLocalNames: () => Pick<LocalNames, 'hosts' | 'boot'>
  /** Does the work while no other guard does. @returns undefined if another one is at it */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T | undefined>
}

/**
 * A file in which another program keeps the state of a run.
 * - failed: its owner is gone, and it says so now
 * - left: its owner may be alive
 * - refused: another user could have put it there, or it cannot be written
 */
export interface CrashedRun {
  readonly path: string
  readonly is: 'failed' | 'left' | 'refused'
  readonly reason: string
}

type Inspected = CrashedRun & {readonly file?: OwnFile; readonly marked?: string}

/** What the files of the settings say of runs that go on, and whether they do; writes nothing. */
export async function inspectCrashedRuns(deps: CrashedRunsDeps): Promise<readonly Inspected[]> {
  const {paths, unreadable} = await deps.findPaths({patterns: deps.settings.files, dir: '/', without: []})
  const refused = unreadable.map((path) => ({path, is: 'refused', reason: 'cannot be read'}) as const)
  return [...refused, ...paths.flatMap((path) => inspect(deps, path) ?? [])]
}

/** Marks the runs whose owner is gone as failed, by a file beside it and a rename. */
export async function markCrashedRuns(deps: CrashedRunsDeps): Promise<readonly CrashedRun[]> {
  const found = await inspectCrashedRuns(deps)
  if (found.every(({is}) => is !== 'failed')) return found
  const marked = await deps.alone(async () => found.map((each) => mark(deps, each)))
  return marked ?? found.map((each) => (each.is === 'failed' ? left(each.path, 'another guard is at it') : each))
}

function inspect(deps: CrashedRunsDeps, path: string): Inspected | undefined {
  const folder = path.slice(0, Math.max(1, path.lastIndexOf('/')))
  try {
    const distrust = deps.distrustOf(folder)
    if (distrust !== undefined) return {path, is: 'refused', reason: distrust}
    const file = deps.readFile(path)
    return file === 'folder' || file === 'gone' ? undefined : judge(deps, path, file)
  } catch (error) {
    return refusal(path, error)
  }
}

function judge(deps: CrashedRunsDeps, path: string, file: OwnFile): Inspected | undefined {
  const state = readRunState(file.text)
  if (!state) return left(path, 'is not a JSON object')
  if (!state.isRunning) return undefined
  const {owner, phase} = state
  const now = deps.clock.now()
  const facts = {owner, writtenAt: file.modifiedAt, ...(owner ? deps.findOwner(owner.pid) : unowned)}
  const here = {...deps.readLocalNames(), now, staleAfterMs: deps.settings.staleAfterMs}
  const {isCrashed, reason} = judgeCrashedRun(facts, here)
  if (!isCrashed) return left(path, reason)
  const marked = markFailed(file.text, {timestamp: isoTime(now), reason, phase})
  return {path, is: 'failed', reason, file, marked}
}

const unowned = {pidReuses: [], partialView: undefined}

function mark(deps: CrashedRunsDeps, each: Inspected): CrashedRun {
  const {path, file, marked, ...verdict} = each
  if (!file || marked === undefined) return {path, ...verdict}
  try {
    const done = deps.replaceFile(path, file, marked)
    return done === 'changed' ? left(path, 'was written again meanwhile') : {path, ...verdict}
  } catch (error) {
    return refusal(path, error)
  }
}

function left(path: string, reason: string): CrashedRun {
  return {path, is: 'left', reason}
}

function refusal(path: string, error: unknown): CrashedRun {
  const {syscall, message} = error as NodeJS.ErrnoException
  if (syscall === undefined) throw error
  return {path, is: 'refused', reason: message.replace(`${path} `, '')}
}
