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
 * Where cleared locks go: `quarantine/ID/N` in the state directory, with a `manifest.jsonl` whose line N says where file
 * N stood. The line is written before the file is moved, so a crash between the two loses nothing.
 */
export interface Quarantine {
  /** Opens a box; its folder appears with the first lock. */
  openBox(id: string): Box
  /** Puts back what a box still holds. Nothing is overwritten. Throws what the disk throws. */
  restore(id: string): readonly Restored[]
  /** Every box that holds something, oldest first. */
  list(): readonly BoxContent[]
  /** Drops boxes that were filled before `before` (milliseconds UTC). */
  prune(before: number): void
}

export interface Box {
  readonly id: string
  /** Moves a lock away if it is still the one that was looked at. Throws what the disk throws. */
  take(lock: {readonly path: string; readonly identity: string}, note: TakeNote): Taken | 'changed'
  /** The lock stays away. */
  keep(taken: Taken): void
  /** The lock goes back to its place, unless another stands there by now. */
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
  /** Where it is to stay: elsewhere when the state directory is on another device. */
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
  /** Where it waits in its own folder until it is copied to another device. */
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

/** One after the other, from the state directory that was checked: below /proc Node's recursive mkdir never returns. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, 0o700)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** After the rename nobody can exchange the file any more: if it is not the one that was judged, it goes back. */
function takeAside({path, shelf, beside}: ManifestLine, identity: string): Taken | 'changed' {
  const before = lstatOrUndefined(path)
  if (!before || lockIdentity(before) !== identity) return 'changed'
  const aside = unlessGone(() => renameInto(path, [shelf, beside]))
  if (aside === undefined) return 'changed'
  if (lockIdentity(lstatSync(aside)) === identity) return {path, aside, shelf}
  putBack(aside, path)
  return 'changed'
}

/** The first place is tried first; another device takes no rename. Returns the place. */
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

/** Never replaces what stands at `path`: a hard link fails where a rename would overwrite. */
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

/** A directory cannot be linked, but making one fails where another stands, and an empty one may be replaced. */
function putBackDirectory(aside: string, path: string): void {
  mkdirSync(path)
  try {
    renameSync(aside, path)
  } catch (error) {
    rmdirSync(path)
    throw error
  }
}

/** File systems without hard links, and files of others, leave nothing better than to look first. */
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
  // A last line without an end was being written when its writer died; its lock was not moved yet.
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as ManifestLine)
}

function lstatOrUndefined(path: string) {
  return unlessGone(() => lstatSync(path))
}
