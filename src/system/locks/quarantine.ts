import {closeSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, writeSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import {showControlsInJson} from '../../domain/log/show-controls.js'
import {GuardError} from '../../errors.js'
import {openOwnToAppend} from '../host/own-file.js'
import {unlessGone} from '../process/proc.js'
import {lockIdentity} from './inspect.js'
import {moveAcrossFilesystems, removeTree} from './move-across-filesystems.js'
import {inFolder, type OpenFolder} from './open-folder.js'
import {putBack} from './put-back.js'

/**
 * The place of cleared locks: `quarantine/ID/N` in the state directory, with a `manifest.jsonl` whose line N has the
 * former path of file N. The line is written before the file is moved, so a crash in between loses nothing. A lock may
 * stand in a folder of another user, so it is moved by a descriptor of that folder.
 */
export interface Quarantine {
  /** Opens a box. Its folder is made with the first lock. */
  openBox(id: string): Box
  /** Restores the locks of a box without overwriting anything. Throws GuardError `io` if one cannot be put back. */
  restore(id: string): readonly Restored[]
  /** Every box with content, oldest first. */
  list(): readonly BoxContent[]
  /** Removes boxes that were filled before `before` (milliseconds UTC). */
  prune(before: number): void
}

export interface Box {
  readonly id: string
  /** Moves a lock away unless it has changed since its inspection. Throws the file system's error. */
  take(lock: {readonly path: string; readonly identity: string}, note: TakeNote): Taken | 'changed'
  /** Keeps the lock in the quarantine. */
  keep(taken: Taken): void
  /** Moves the lock back to its path, unless another file exists there by now. */
  giveBack(taken: Taken): 'back' | 'occupied'
}

interface TakeNote {
  readonly reason: string
  /** Milliseconds UTC. */
  readonly at: number
}

export interface Taken {
  readonly path: string
  /** Where it is now. */
  readonly aside: string
  /** Its final place, which differs from `aside` if the state directory is on another device. */
  readonly shelf: string
  /** Identity of the folder it was taken from. */
  readonly folder: string
}

export interface Restored {
  readonly path: string
  readonly result: 'restored' | 'occupied'
}

interface BoxContent {
  readonly id: string
  readonly at: number
  readonly paths: readonly string[]
}

interface ManifestLine extends TakeNote {
  readonly path: string
  readonly shelf: string
  /** Temporary place in its own folder, from where it is copied to another device. */
  readonly beside: string
}

export function openQuarantine(stateDir: string): Quarantine {
  const root = join(stateDir, 'quarantine')
  return {
    openBox: (id) => openBox(join(root, id), id),
    restore: (id) => restoreBox(join(root, id)),
    list: () => listBoxes(root),
    prune: (before) => {
      for (const {id, at} of listBoxes(root)) if (at < before) removeTree(join(root, id))
    },
  }
}

function openBox(folder: string, id: string): Box {
  let next = 0
  return {
    id,
    take: ({path, identity}, note) => {
      makeFolder(dirname(folder))
      makeFolder(folder)
      const number = String(next++)
      const beside = join(dirname(path), `.${basename(path)}.${id}-${number}`)
      const line: ManifestLine = {...note, path, shelf: join(folder, number), beside}
      appendLine(join(folder, 'manifest.jsonl'), showControlsInJson(JSON.stringify(line)))
      return takeAside(line, identity)
    },
    // If its folder was replaced in between, the lock stays beside its place, from where it can still be restored.
    keep: (taken) => {
      const {aside, shelf} = taken
      if (aside !== shelf) inSameFolder(taken, ({at}) => moveAcrossFilesystems(at(basename(aside)), shelf))
    },
    giveBack: (taken) => {
      const {path, aside, shelf} = taken
      const give = (folder: OpenFolder) =>
        putBack(aside === shelf ? shelf : folder.at(basename(aside)), folder, basename(path))
      return inSameFolder(taken, give) ?? 'occupied'
    },
  }
}

/** Does work in the folder that a lock was taken from. @returns undefined if its path means another folder by now */
function inSameFolder<T>({path, folder: identity}: Taken, work: (folder: OpenFolder) => T): T | undefined {
  try {
    return inFolder(dirname(path), (folder) => (folder.identity === identity ? work(folder) : undefined))
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(String((error as NodeJS.ErrnoException).code))) return undefined
    throw error
  }
}

/** Not recursive, because below /proc Node's recursive mkdir never returns. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, 0o700)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const stat = lstatSync(path)
    if (stat.isDirectory() && stat.uid === (process.geteuid?.() ?? stat.uid)) return
    throw Object.assign(new Error(`${path} is not a folder of this user`), {code: 'EPERM', syscall: 'mkdir'})
  }
}

function appendLine(file: string, line: string): void {
  const fd = openOwnToAppend(file)
  try {
    writeSync(fd, `${line}\n`)
  } finally {
    closeSync(fd)
  }
}

/** After the rename no other process replaces the file: if it is not the inspected one, it is moved back. */
function takeAside({path, shelf, beside}: ManifestLine, identity: string): Taken | 'changed' {
  const take = (folder: OpenFolder): Taken | 'changed' => {
    const here = folder.at(basename(path))
    const before = lstatOrUndefined(here)
    if (!before || lockIdentity(before) !== identity) return 'changed'
    const next = folder.at(basename(beside))
    const aside = unlessGone(() => renameInto(here, [shelf, next]))
    if (aside === undefined) return 'changed'
    if (lockIdentity(lstatSync(aside)) === identity)
      return {path, aside: aside === next ? beside : shelf, shelf, folder: folder.identity}
    putBack(aside, folder, basename(path))
    return 'changed'
  }
  return unlessGone(() => inFolder(dirname(path), take)) ?? 'changed'
}

/** Renames to the first place, or to the second one if the first is on another device. Returns the place. */
function renameInto(path: string, [first, second]: readonly [string, string]): string {
  try {
    renameSync(path, first)
    return first
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
    renameSync(path, second)
    return second
  }
}

/** One lock that cannot be put back does not keep the others in the quarantine. */
function restoreBox(box: string): readonly Restored[] {
  const errors: GuardError[] = []
  const restored = readManifest(box).flatMap((line): readonly Restored[] => {
    try {
      return restoreLock(line)
    } catch (error) {
      const {syscall, message} = error as NodeJS.ErrnoException
      if (syscall === undefined) throw error
      errors.push(new GuardError('io', `${line.path} stays in the quarantine: ${message}`, [], {cause: error}))
      return []
    }
  })
  if (errors[0]) throw errors[0]
  if (existsSync(box) && restored.every(({result}) => result === 'restored')) removeTree(box)
  return restored
}

function restoreLock({path, shelf, beside}: ManifestLine): readonly Restored[] {
  const isOnShelf = lstatOrUndefined(shelf) !== undefined
  if (!isOnShelf && !lstatOrUndefined(beside)) return []
  return inFolder(dirname(path), (folder) => {
    const place = isOnShelf ? shelf : folder.at(basename(beside))
    return [{path, result: putBack(place, folder, basename(path)) === 'back' ? 'restored' : 'occupied'}]
  })
}

function listBoxes(root: string): readonly BoxContent[] {
  const boxes = (unlessGone(() => readdirSync(root)) ?? []).flatMap((id): BoxContent[] => {
    const lines = readManifest(join(root, id))
    const held = lines.filter(({shelf, beside}) => lstatOrUndefined(shelf) ?? lstatOrUndefined(beside))
    return held[0] ? [{id, at: held[0].at, paths: held.map(({path}) => path)}] : []
  })
  return boxes.sort((a, b) => a.at - b.at)
}

function readManifest(folder: string): readonly ManifestLine[] {
  const text = unlessGone(() => readFileSync(join(folder, 'manifest.jsonl'), 'utf8')) ?? ''
  // A last line without newline was cut off by the death of its writer, before its lock was moved.
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as ManifestLine)
}

function lstatOrUndefined(path: string) {
  return unlessGone(() => lstatSync(path))
}
