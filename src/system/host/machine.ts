import {readFileSync, statfsSync} from 'node:fs'
import {availableParallelism, loadavg} from 'node:os'
import {dirname} from 'node:path'
import type {DiskFacts, MachineFacts, MemoryFacts} from '../../domain/health/machine.js'

/** Memory and load of this machine, and the disk that `folder` is on or would be on. */
export function readMachine(folder: string): MachineFacts {
  return {disk: readDisk(folder), memory: readMemory(), load: {averages: loadavg(), cores: availableParallelism()}}
}

function readDisk(folder: string): DiskFacts | undefined {
  try {
    const {bsize, blocks, bavail, files, ffree} = statfsSync(folder)
    const bytes = {freeBytes: bavail * bsize, totalBytes: blocks * bsize}
    return {path: folder, ...bytes, freeFiles: ffree, totalFiles: files}
  } catch (error) {
    const {syscall, code} = error as NodeJS.ErrnoException
    if (syscall === undefined) throw error
    return code === 'ENOENT' && dirname(folder) !== folder ? readDisk(dirname(folder)) : undefined
  }
}

/** Linux only, because `os.freemem` counts the page cache as used on other systems. */
function readMemory(): MemoryFacts | undefined {
  try {
    return parseMeminfo(readFileSync('/proc/meminfo', 'latin1'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    return undefined
  }
}

/** @returns undefined for kernels before 3.14, which do not report the available memory: proc_meminfo(5) */
export function parseMeminfo(text: string): MemoryFacts | undefined {
  const bytesOf = (name: string) => {
    const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024
  }
  const [availableBytes, totalBytes] = [bytesOf('MemAvailable'), bytesOf('MemTotal')]
  return availableBytes === undefined || totalBytes === undefined ? undefined : {availableBytes, totalBytes}
}
