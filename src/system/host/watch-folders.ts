import {type FSWatcher, lstatSync, watch} from 'node:fs'

/** After a change, more changes usually come within this time. */
const settleMs = 100
/**
 * How often the folders are looked at where inotify cannot be used: no instance is left, or the file system lacks it.
 */
const pollMs = 1000
/** inotify may miss changes, and a folder may be replaced by another. */
const recheckMs = 5000

/**
 * Calls back soon after files in these folders change, and now and then without a change, until the returned function is
 * called. Keeps no program alive.
 */
export function watchFolders(folders: readonly string[], changed: () => void): () => void {
  let watchers: FSWatcher[] = []
  let watched = ''
  let settling: NodeJS.Timeout | undefined
  let next: NodeJS.Timeout | undefined
  const soon = () => {
    settling ??= setTimeout(() => {
      settling = undefined
      changed()
    }, settleMs)
  }
  const close = () => {
    for (const watcher of watchers.splice(0)) watcher.close()
  }
  const open = () => {
    close()
    watched = identityOf(folders)
    try {
      watchers = folders.map((folder) => watch(folder, soon).on('error', close))
    } catch {
      close()
    }
  }
  const look = () => {
    if (watchers.length === 0 || identityOf(folders) !== watched) open()
    next = setTimeout(turn, watchers.length === 0 ? pollMs : recheckMs).unref()
  }
  const turn = () => {
    look()
    changed()
  }
  look()
  return () => {
    close()
    clearTimeout(settling)
    clearTimeout(next)
  }
}

/** Changes when one of the folders is another one. */
function identityOf(folders: readonly string[]): string {
  return folders.map((folder) => lstatSync(folder, {throwIfNoEntry: false})?.ino ?? 0).join(' ')
}
