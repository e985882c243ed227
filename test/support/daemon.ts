import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {onTestFinished} from 'vitest'

/** Starts a program that stays in the foreground, and ends it with its group after the test. */
export function startDaemon(file: string, ...args: string[]): void {
  const daemon = spawn(file, args, {stdio: 'ignore', detached: true})
  const ended = once(daemon, 'exit')
  onTestFinished(async () => {
    try {
      process.kill(-(daemon.pid ?? 0), 'SIGKILL')
    } catch {
      // It has already ended.
    }
    await ended
  })
}
