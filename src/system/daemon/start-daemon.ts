import {type ChildProcess, spawn} from 'node:child_process'
import {closeSync, fstatSync, openSync, readSync} from 'node:fs'
import {systemClock} from '../host/clock.js'
import {openOwnToAppend} from '../host/own-file.js'
import {isRotationDue, type RotationPolicy, rotateLog} from '../log/rotate.js'
import {guardCommand, ownEnvironment} from '../process/detach.js'
import {withoutCallers} from '../process/own-streams.js'
import {readyVariable, refusalMark} from './ready-pipe.js'

interface DaemonStart {
  /** The words of the command of guard that is the daemon. */
  readonly args: readonly string[]
  readonly cwd: string
  /** Gets all that it prints. */
  readonly logFile: string
  readonly rotation: RotationPolicy
  /** How long it may take until it is ready. */
  readonly limitMs: number
}

type DaemonStarted =
  | {readonly is: 'ready'; readonly pid: number; readonly line: string}
  /** `log`: what it has printed since this start, or the reason that it gave. */
  | {readonly is: 'ended' | 'late'; readonly code: number | undefined; readonly log: string}

/** The descriptor of the pipe in the daemon. */
const readyFd = 3
const mostLogBytes = 8192

/**
 * Starts guard as a daemon: in a session of its own, so that no terminal's HUP reaches it, with its input from /dev/null and
 * its output in a file, so that no reader can leave it. Resolves with the line that it writes once it is ready, or when it
 * has ended before, or was ended because it took too long. Throws the file system's error for the log.
 */
export async function startDaemon({args, cwd, logFile, rotation, limitMs}: DaemonStart): Promise<DaemonStarted> {
  if (isRotationDue(logFile, rotation)) rotateLog(logFile, rotation, Date.now())
  const log = openOwnToAppend(logFile)
  const {size: begin} = fstatSync(log)
  const [file, ...words] = guardCommand(args)
  const child = spawn(file, words, {
    stdio: withoutCallers(['ignore', log, log, 'pipe']),
    detached: true,
    cwd,
    env: {...ownEnvironment(), [readyVariable]: `${readyFd}`},
  })
  closeSync(log)
  const over = new AbortController()
  const ended = endOf(child)
  const outcome = await Promise.race([
    lineOf(child),
    ended.then((code) => ({is: 'ended' as const, code})),
    systemClock.sleep(limitMs, over.signal).then(() => ({is: 'late' as const, code: undefined})),
  ])
  over.abort()
  if (typeof outcome === 'string' && outcome.startsWith(refusalMark)) {
    const code = await ended
    return {is: 'ended', code, log: readFrom(logFile, begin) || outcome.slice(refusalMark.length)}
  }
  if (typeof outcome !== 'string') {
    if (outcome.is === 'late') await endGroup(child, ended)
    return {...outcome, log: readFrom(logFile, begin)}
  }
  const {pid = 0} = child
  child.unref()
  return {is: 'ready', pid, line: outcome}
}

/** The line on the pipe; never resolves if the pipe is closed without one. */
function lineOf(child: ChildProcess): Promise<string> {
  const pipe = child.stdio[readyFd]
  return new Promise((resolve) => {
    if (!pipe || !('on' in pipe)) return
    let text = ''
    pipe.on('error', () => undefined)
    pipe.on('data', (piece: Buffer) => {
      text += piece.toString()
      if (text.endsWith('\n')) {
        pipe.destroy()
        resolve(text.trim())
      }
    })
  })
}

function endOf(child: ChildProcess): Promise<number | undefined> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(undefined))
    child.once('exit', (code) => resolve(code ?? undefined))
  })
}

/** It is a child that was not waited for yet, so its number is its own. It has started no job so far. */
async function endGroup({pid}: ChildProcess, ended: Promise<unknown>): Promise<void> {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
  await ended
}

function readFrom(file: string, begin: number): string {
  const fd = openSync(file, 'r')
  try {
    const buffer = Buffer.alloc(mostLogBytes)
    const from = Math.max(begin, fstatSync(fd).size - mostLogBytes)
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, mostLogBytes, from)).trim()
  } finally {
    closeSync(fd)
  }
}
