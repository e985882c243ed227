import {type FSWatcher, lstatSync, readlinkSync, statSync, watch} from 'node:fs'
import {dirname, resolve} from 'node:path'

export interface FileWatch {
  /** What tells one state of the file from another; `missing` without the file. */
  stamp(): string
  close(): void
}

/**
 * Watches one file. Its folder, in which jobs may write all day, is watched only where a link on the way to the file may be
 * replaced, or while there is no file. What is replaced is watched anew at the next look; where nothing can be watched the
 * caller's own looks are enough.
 */
export function watchFile(file: string, onChange: () => void): FileWatch {
  let watchers: readonly FSWatcher[] = []
  let watched: string | undefined
  let seen: string | undefined
  const close = () => {
    for (const watcher of watchers) watcher.close()
    watchers = []
  }
  const onChangeNearby = () => {
    if (textOf(file) !== seen) onChange()
  }
  const watchAnew = (inode: string) => {
    close()
    watched = inode
    const folders = foldersToWatch(file, inode === missing)
    watchers = [
      ...(inode === missing ? [] : opened(file, onChange)),
      ...Array.from(folders).flatMap((folder) => opened(folder, onChangeNearby)),
    ]
  }
  return {
    close,
    stamp: () => {
      const {inode} = stampOf(file)
      if (inode !== watched) watchAnew(inode)
      // Only now, so that a change is either in the stamp or noticed by a watch.
      seen = stampOf(file).text
      return seen
    },
  }
}

const missing = 'missing'

function stampOf(file: string): {readonly inode: string; readonly text: string} {
  const stat = statSync(file, {bigint: true, throwIfNoEntry: false})
  if (!stat) return {inode: missing, text: missing}
  const inode = `${stat.dev}:${stat.ino}`
  return {inode, text: `${inode}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`}
}

/** @returns undefined for a file that cannot be looked at, as in a folder that this user may not enter; the next look tells why */
function textOf(file: string): string | undefined {
  try {
    return stampOf(file).text
  } catch {
    return undefined
  }
}

/** Those in which a link on the way to the file stands, and without the file that in which it is to appear. */
function foldersToWatch(file: string, isMissing: boolean): ReadonlySet<string> {
  const folders = new Set(isMissing ? [dirname(file)] : [])
  for (let path = file; path !== dirname(path); path = dirname(path)) {
    const target = linkTarget(path)
    if (target === undefined) continue
    folders.add(dirname(path))
    if (isMissing) folders.add(dirname(target))
  }
  return folders
}

/** @returns undefined for what is no link, or is not there */
function linkTarget(path: string): string | undefined {
  try {
    const isLink = lstatSync(path, {throwIfNoEntry: false})?.isSymbolicLink()
    return isLink ? resolve(dirname(path), readlinkSync(path)) : undefined
  } catch {
    return undefined
  }
}

function opened(path: string, onChange: () => void): readonly FSWatcher[] {
  try {
    // An error is an end of the watch, after which the file is looked at each minute.
    return [watch(path, {persistent: false}, onChange).on('error', onChange)]
  } catch {
    return []
  }
}
