import {watch} from 'node:fs'

/** How long to wait before the next drain. */
interface Pace {
  /** Before the first drain, and after a change of a file. */
  readonly shortestMs: number
  /** After a drain of `passed` bytes. @returns undefined to wait for a change of a file */
  next(passed: number, waitedMs: number): number | undefined
}

const longestWaitMs = 250

/** For output that is shown live. */
const watching: Pace = {
  shortestMs: 10,
  next: (passed, waitedMs) => {
    if (passed > 0) return watching.shortestMs
    return waitedMs * 2 < longestWaitMs ? waitedMs * 2 : undefined
  },
}

/** Calls `drain` while files grow, less often when they stop, and then only after one of them changes. */
export class ChangeWaiter {
  private readonly drain: () => Promise<number>
  private readonly files: readonly string[]
  private readonly pace: Pace
  private waitMs: number
  private cancel: () => void = () => undefined
  private running: Promise<void> = Promise.resolve()
  private stopped = false

  constructor(drain: () => Promise<number>, files: readonly string[], pace: Pace = watching) {
    this.drain = drain
    this.files = files
    this.pace = pace
    this.waitMs = pace.shortestMs
  }

  start(): void {
    if (this.stopped) return
    const timer = setTimeout(() => {
      this.running = this.turn()
    }, this.waitMs)
    this.cancel = () => clearTimeout(timer)
  }

  async stop(): Promise<void> {
    this.stopped = true
    this.cancel()
    await this.running
  }

  private async turn(): Promise<void> {
    const waitMs = this.pace.next(await this.drained(), this.waitMs)
    if (this.stopped) return
    this.waitMs = waitMs ?? longestWaitMs
    if (waitMs !== undefined || !(await this.sleepUntilChange())) this.start()
  }

  /** Waits for inotify, so that a silent job causes no wake-ups. @returns false if the files cannot be watched */
  private async sleepUntilChange(): Promise<boolean> {
    const watchers: {close(): void}[] = []
    const close = () => {
      for (const watcher of watchers.splice(0)) watcher.close()
    }
    const wake = () => {
      if (watchers.length === 0) return
      close()
      this.waitMs = this.pace.shortestMs
      this.start()
    }
    try {
      for (const file of this.files) watchers.push(watch(file, wake).on('error', wake))
    } catch {
      // Without inotify (no instance left, or not supported by the file system), polling goes on.
      close()
      return false
    }
    this.cancel = close
    // Bytes from before the watch cause no event.
    if ((await this.drained()) > 0) wake()
    else if (this.stopped) close()
    return true
  }

  /** A file that cannot be read or looked at now may be at the next turn. */
  private async drained(): Promise<number> {
    try {
      return await this.drain()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
      return 0
    }
  }
}
