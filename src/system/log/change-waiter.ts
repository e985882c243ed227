import {watch} from 'node:fs'

/** How long to wait before the next look. */
interface Pace {
  /** Before the first one, and once a file has changed again. */
  readonly shortestMs: number
  /** After a look that found `passed`; undefined: until a file changes. */
  next(passed: number, waitedMs: number): number | undefined
}

const longestWaitMs = 250

/** For output that somebody watches. */
const watching: Pace = {
  shortestMs: 10,
  next: (passed, waitedMs) => {
    if (passed > 0) return watching.shortestMs
    return waitedMs * 2 < longestWaitMs ? waitedMs * 2 : undefined
  },
}

/** Calls `drain` as files grow: soon while they do, more seldom as they stop, then not before one of them changes. */
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
    const waitMs = this.pace.next(await this.drain(), this.waitMs)
    if (this.stopped) return
    this.waitMs = waitMs ?? longestWaitMs
    if (waitMs !== undefined || !(await this.sleepUntilChange())) this.start()
  }

  /** A job that is silent for an hour shall not wake guard 14,000 times. False when there is nothing to wait for. */
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
      // No inotify instance left, or a file system without it: go on asking.
      close()
      return false
    }
    this.cancel = close
    // What came before the watch began has made no event.
    if ((await this.drain()) > 0) wake()
    else if (this.stopped) close()
    return true
  }
}
