import {lstatSync, readdirSync, rmdirSync, statSync, unlinkSync} from 'node:fs'
import {join} from 'node:path'
import {type CachePlace, cacheFolder, isPrivateFolder} from './read.js'

/** What all caches together may take, bytes. */
export const mostCacheBytes = 30_000_000

const dayMs = 86_400_000
const forgottenAfterMs = 30 * dayMs

interface CachedFile {
  readonly path: string
  readonly bytes: number
  readonly writtenAtMs: number
}

/** `settings-DEVICE-INODE`, with `.PID` one that a crash has left. */
const settingsName = /^settings-\d+-\d+(?:\.\d+)?$/
/** V8's code caches, which guard wrote itself before Node did. */
const formerName = /^[\w.-]+\.v8$/
/** Of Node's compile cache: `v22.20.0-x64-TAG-UID/HASH`, with six characters more one that a crash has left. */
const nodeFolderName = /^(v\d+\.\d+\.\d+)-\w+-[0-9a-f]+-\d+$/
const nodeFileName = /^[0-9a-f]{1,16}(?:\.\w{6})?$/

/**
 * Removes what is old from the caches, and the oldest files above `mostCacheBytes`. Only files with a name that guard or
 * Node gives are touched, and only in a private folder of this user. A cache that cannot be pruned is not an error.
 */
export function pruneCaches(place: CachePlace, nowMs: number): void {
  const kept = guardFolders(place).flatMap((folder) => [
    ...withoutObsolete(filesIn(folder, formerName, place.uid), Number.POSITIVE_INFINITY),
    ...withoutObsolete(filesIn(folder, settingsName, place.uid), nowMs - forgottenAfterMs),
    ...pruneNodeFolders(join(folder, 'node'), place.uid, nowMs),
  ])
  let bytes = kept.reduce((sum, file) => sum + file.bytes, 0)
  for (const file of kept.sort((one, other) => one.writtenAtMs - other.writtenAtMs)) {
    if (bytes <= mostCacheBytes) return
    removeFile(file.path)
    bytes -= file.bytes
  }
}

/** Node's cache stands below HOME, wherever the one of the settings does. */
function guardFolders(place: CachePlace): readonly string[] {
  const below = [cacheFolder(place), cacheFolder({...place, env: {}})]
  const folders = new Set(below.filter((folder) => folder !== undefined))
  return [...folders].filter((folder) => isPrivateFolder(folder, place.uid))
}

/** The folder of another version of Node goes once it was not written for a day: two versions may be in use. */
function pruneNodeFolders(parent: string, uid: number | undefined, nowMs: number): readonly CachedFile[] {
  if (!isPrivateFolder(parent, uid)) return []
  return namesIn(parent).flatMap((name) => {
    const [, version] = nodeFolderName.exec(name) ?? []
    const folder = join(parent, name)
    // Node gives it the usual mode; its parent keeps others away.
    if (version === undefined || !isFolder(folder)) return []
    const isOther = 'bun' in process.versions || version !== process.version
    const files = filesIn(folder, nodeFileName, uid)
    const isUsed = files.some(({writtenAtMs}) => writtenAtMs > nowMs - dayMs)
    if (isOther && !isUsed) {
      for (const {path} of files) removeFile(path)
      removeEmpty(folder)
      return []
    }
    const installedAtMs = isOther ? 0 : programChangedAt()
    return withoutObsolete(files, Math.max(installedAtMs, nowMs - forgottenAfterMs))
  })
}

/** When this build was put in its place. @returns 0 if nothing says so, as in the executable */
function programChangedAt(): number {
  try {
    return statSync(__filename).ctimeMs
  } catch {
    return 0
  }
}

/** Removes the files that were written before a time. @returns the others */
function withoutObsolete(files: readonly CachedFile[], writtenBeforeMs: number): readonly CachedFile[] {
  return files.filter(({path, writtenAtMs}) => {
    if (writtenAtMs >= writtenBeforeMs) return true
    removeFile(path)
    return false
  })
}

function filesIn(folder: string, pattern: RegExp, uid: number | undefined): readonly CachedFile[] {
  const named = namesIn(folder).filter((name) => pattern.test(name))
  return named.flatMap((name) => {
    const path = join(folder, name)
    const stat = lstatSync(path, {throwIfNoEntry: false})
    if (!stat?.isFile() || (uid !== undefined && stat.uid !== uid)) return []
    return [{path, bytes: stat.size, writtenAtMs: stat.mtimeMs}]
  })
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function isFolder(path: string): boolean {
  return lstatSync(path, {throwIfNoEntry: false})?.isDirectory() === true
}

/** Removes a file of a cache, where that is possible. */
export function removeFile(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // The file is already gone, belongs to another user, or the file system is read-only.
  }
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // Something that is not a cache file is in it.
  }
}
