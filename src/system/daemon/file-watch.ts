import {type FSWatcher, statSync, watch} from 'node:fs'

export interface FileWatch {
  /** What tells one state of the file from another; `missing` without the file. */
  stamp(): string
  close(): void
}

/**
 * Watches one file and not its folder, in which jobs may write all day. A file that is replaced is watched anew at the next
 * look; where nothing can be watched the caller's own looks are enough.
 */
export function watchFile(file: string, onChange: () => void): FileWatch {
  let watcher: FSWatcher | undefined
  let watched: string | undefined
  const close = () => {
    watcher?.close()
    watcher = undefined
  }
  return {
    close,
    stamp: () => {
      const stat = statSync(file, {bigint: true, throwIfNoEntry: false})
      if (!stat) return 'missing'
      const inode = `${stat.dev}:${stat.ino}`
      if (inode !== watched) {
        close()
        watched = inode
        watcher = openWatcher(file, onChange)
      }
      return `${inode}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`
    },
  }
}

function openWatcher(file: string, onChange: () => void): FSWatcher | undefined {
  try {
    // An error is an end of the watch, after which the file is looked at each minute.
    return watch(file, {persistent: false}, onChange).on('error', onChange)
  } catch {
    return undefined
  }
}
