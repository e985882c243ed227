import {watch} from 'node:fs'

const shortestWaitMs = 10
const longestWaitMs = 250

/** Calls `drain` as files grow: soon while they do, more seldom as they stop, then not before one of them changes. */
export class Follower {
  private readonly drain: () => Promise<number>
  private readonly files: readonly string[]
  private waitMs = shortestWaitMs
  private cancel: () => void = () => undefined
  private running: Promise<void> = Promise.resolve()
  private stopped = false

  constructor(drain: () => Promise<number>, files: readonly string[]) {
    this.drain = drain
    this.files = files
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
    const passed = await this.drain()
    this.waitMs = passed > 0 ? shortestWaitMs : Math.min(this.waitMs * 2, longestWaitMs)
    if (this.stopped) return
    if (this.waitMs < longestWaitMs || !(await this.sleepUntilChange())) this.start()
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
      this.waitMs = shortestWaitMs
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
