import {constants, openSync, writeSync} from 'node:fs'

/** Nobody will read any more: a pipe without a reader, a terminal that was closed, no standard output at all. */
const lost = ['EPIPE', 'EIO', 'EBADF']

/**
 * Writes lines to standard output for a process that lives longer than its reader: a reader that is gone, one that does not
 * read, and a terminal that was closed cost the line and nothing else.
 */
export function lineWriter(): (line: string) => void {
  let fd: number | undefined
  let isLost = false
  return (line) => {
    if (isLost) return
    try {
      fd ??= openWithoutWaiting()
      writeSync(fd, `${line}\n`)
    } catch (error) {
      const {syscall, code} = error as NodeJS.ErrnoException
      if (syscall === undefined) throw error
      isLost = lost.includes(code ?? '')
    }
  }
}

/** A description of its own, so that the other programs that write there are not changed. */
function openWithoutWaiting(): number {
  try {
    return openSync('/proc/self/fd/1', constants.O_WRONLY | constants.O_NONBLOCK | constants.O_APPEND)
  } catch {
    // A socket, as from journald, cannot be opened by its name.
    return 1
  }
}
