import {
  appendFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  unlinkSync,
} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import {unlessGone} from '../process/proc.js'
import {lockIdentity} from './inspect.js'
import {moveAcrossFilesystems} from './move-across-filesystems.js'

/**
 * The place of cleared locks: `quarantine/ID/N` in the state directory, with a `manifest.jsonl` whose line N has the
 * former path of file N. The line is written before the file is moved, so a crash in between loses nothing.
 */
export interface Quarantine {
  /** Opens a box. Its folder is made with the first lock. */
  openBox(id: string): Box
  /** Restores the locks of a box without overwriting anything. Throws the file system's error. */
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
      for (const {id, at} of listBoxes(root)) if (at < before) rmSync(join(root, id), {recursive: true, force: true})
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
      appendFileSync(join(folder, 'manifest.jsonl'), `${JSON.stringify(line)}\n`, {mode: 0o600})
      return takeAside(line, identity)
    },
    keep: ({aside, shelf}) => {
      if (aside !== shelf) moveAcrossFilesystems(aside, shelf)
    },
    giveBack: ({path, aside}) => putBack(aside, path),
  }
}

/** Not recursive, because below /proc Node's recursive mkdir never returns. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, 0o700)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** After the rename no other process replaces the file: if it is not the inspected one, it is moved back. */
function takeAside({path, shelf, beside}: ManifestLine, identity: string): Taken | 'changed' {
  const before = lstatOrUndefined(path)
  if (!before || lockIdentity(before) !== identity) return 'changed'
  const aside = unlessGone(() => renameInto(path, [shelf, beside]))
  if (aside === undefined) return 'changed'
  if (lockIdentity(lstatSync(aside)) === identity) return {path, aside, shelf}
  putBack(aside, path)
  return 'changed'
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

/** Never replaces a file at `path`: a hard link fails where a rename would overwrite. */
function putBack(aside: string, path: string): 'back' | 'occupied' {
  try {
    if (lstatSync(aside).isDirectory()) putBackDirectory(aside, path)
    else {
      linkSync(aside, path)
      unlinkSync(aside)
    }
    return 'back'
  } catch (error) {
    const {code} = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return 'occupied'
    if (code === 'EXDEV') return putBackAcrossDevices(aside, path)
    if (code === 'EPERM') return putBackUnlinked(aside, path)
    throw error
  }
}

/** Directories cannot be linked. So an empty one is made, which fails if the path exists, and is then replaced. */
function putBackDirectory(aside: string, path: string): void {
  mkdirSync(path)
  try {
    renameSync(aside, path)
  } catch (error) {
    rmdirSync(path)
    throw error
  }
}

/** Without hard links (file system or foreign files), a check before the rename is the best that is possible. */
function putBackUnlinked(aside: string, path: string): 'back' | 'occupied' {
  if (lstatOrUndefined(path)) return 'occupied'
  renameSync(aside, path)
  return 'back'
}

function putBackAcrossDevices(aside: string, path: string): 'back' | 'occupied' {
  const beside = join(dirname(path), `.${basename(path)}.restoring-${process.pid}`)
  moveAcrossFilesystems(aside, beside)
  const result = putBack(beside, path)
  if (result === 'occupied') moveAcrossFilesystems(beside, aside)
  return result
}

function restoreBox(folder: string): readonly Restored[] {
  const restored = readManifest(folder).flatMap(({path, shelf, beside}): Restored[] => {
    const place = [shelf, beside].find((each) => lstatOrUndefined(each))
    if (!place) return []
    return [{path, result: putBack(place, path) === 'back' ? 'restored' : 'occupied'}]
  })
  if (existsSync(folder) && restored.every(({result}) => result === 'restored')) rmSync(folder, {recursive: true})
  return restored
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
