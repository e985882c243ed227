import {closeSync, fstatSync, writeSync} from 'node:fs'

/** Names the descriptor on which the process that starts a daemon waits for its line. */
export const readyVariable = 'GUARD_READY_FD'

export interface ReadyPipe {
  /** Writes the one line, and closes the pipe so that nothing that the daemon starts gets it. */
  tell(line: string): void
  /** Says instead why it will not be ready: on a full disk its log cannot. */
  refuse(reason: string): void
}

/** What begins a line that says why a daemon is not ready. */
export const refusalMark = '!'

/**
 * Takes the pipe out of the environment, which the jobs of the daemon inherit.
 *
 * @returns undefined for a daemon in the foreground, whose start nothing waits for
 */
export function takeReadyPipe(env: NodeJS.ProcessEnv): ReadyPipe | undefined {
  const fd = Number(env[readyVariable])
  delete env[readyVariable]
  if (!(fd > 2) || !isPipe(fd)) return undefined
  let isOpen = true
  const write = (line: string) => {
    if (!isOpen) return
    isOpen = false
    try {
      writeSync(fd, `${line}\n`)
    } catch (error) {
      // The one that waited has gone; the daemon is wanted all the same.
      if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    } finally {
      closeSync(fd)
    }
  }
  return {tell: write, refuse: (reason) => write(`${refusalMark}${reason.replaceAll('\n', '; ')}`)}
}

function isPipe(fd: number): boolean {
  try {
    const stat = fstatSync(fd)
    return stat.isSocket() || stat.isFIFO()
  } catch {
    return false
  }
}
