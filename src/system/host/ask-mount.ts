import {spawn} from 'node:child_process'
import {endsWithin} from './clock.js'
import {readMounts, sharedMountOf} from './mounts.js'
import {toolsPath} from './tools-path.js'

/** How long a file system may take for a first answer. */
const longestAnswerMs = 2000

interface SilentMount {
  /** Where it is mounted. */
  readonly point: string
  readonly why: string
}

/** @returns the mount of the path if it does not answer in time; undefined if it does, and for a disk of this machine */
export async function askMountOf(path: string): Promise<SilentMount | undefined> {
  const mount = sharedMountOf(path, readMounts())
  // If the one at / does not answer, nothing works anyway.
  if (!mount || mount.path === '/' || (await answers(path))) return undefined
  const why = `its file system (${mount.type}) has not answered for ${longestAnswerMs / 1000} s`
  return {point: mount.path, why}
}

/**
 * Another process asks, since one that waits for such an answer can neither go on nor end. It asks for the size of the
 * file system, which is never cached, unlike what is known of a file.
 */
async function answers(path: string): Promise<boolean> {
  const child = spawn('stat', ['-f', '--', path], {stdio: 'ignore', detached: true, env: {PATH: toolsPath()}})
  child.unref()
  const ended = new Promise<void>((resolve) => child.on('exit', () => resolve()).on('error', () => resolve()))
  const isInTime = await endsWithin(ended, longestAnswerMs)
  if (!isInTime) child.kill('SIGKILL')
  return isInTime
}
