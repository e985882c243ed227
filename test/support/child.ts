import {type ChildProcess, spawn} from 'node:child_process'
import {once} from 'node:events'
import {onTestFinished} from 'vitest'

/** Starts a program that prints a line when it is ready, and ends it after the test. */
export async function startReady(file: string, ...args: string[]): Promise<ChildProcess & {readonly pid: number}> {
  const child = spawn(file, args, {stdio: ['ignore', 'pipe', 'inherit'], detached: true})
  onTestFinished(() => endGroup(child))
  await once(child.stdout, 'data')
  return child as ChildProcess & {readonly pid: number}
}

/** Ends a program that `startReady` started, with all its children, and waits for it. */
export async function endGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  process.kill(-child.pid, 'SIGKILL')
  await ended
}
