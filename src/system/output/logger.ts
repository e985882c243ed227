import {type ChildProcess, spawn} from 'node:child_process'
import {readFileSync, writeSync} from 'node:fs'
import {toolsPath} from '../host/tools-path.js'

interface LoggerRequest {
  /** The pipe that the job writes to. */
  readonly readEnd: number
  /** The log, opened for appending. */
  readonly logFd: number
  /** A second file that gets the same, undefined for none. */
  readonly spool: string | undefined
}

/**
 * tee(1) goes on with its other files when one cannot be written, so that a full disk does not stop the job: the last one
 * is /dev/null. A service manager that stops a unit ends all of its processes, but the job may have more to say. The
 * caller's limit of file sizes is as a full disk.
 */
const script = `trap '' HUP INT QUIT TERM XFSZ
command -v tee >/dev/null || exec cat
exec tee -a "$@"`

/** How long to wait until everything is in the log that was in the pipe when the job ended. */
const longestDrainMs = 2000

/** The same without /proc, which would tell whether the pipe is empty. */
const blindDrainMs = 250

const longestPollMs = 20

/** A logger that is killed each time is not started without pause. */
const longestRestartMs = 1000

/**
 * A process that reads what a job writes and appends it to the log, as in daemontools and s6. It ends when the last
 * process has closed the pipe, so the job can go on without guard.
 */
export class Logger {
  private readonly request: LoggerRequest
  private child: ChildProcess
  private hasEnded = false
  private isLeft = false
  private kills = 0
  /** Why some of the output is not in the log. */
  problem: string | undefined

  constructor(request: LoggerRequest) {
    this.request = request
    this.child = this.start()
  }

  /** Resolves once all that was in the pipe is in the log, at the latest after two seconds. */
  async drained(): Promise<void> {
    const begun = performance.now()
    for (let pollMs = 1; !this.hasEnded; pollMs = Math.min(pollMs * 2, longestPollMs)) {
      const state = stateOf(this.child.pid)
      // It sleeps only while the pipe is empty: a process that writes to a file waits in another way.
      if (state === 'S') return
      const elapsedMs = performance.now() - begun
      if (elapsedMs > (state === undefined ? blindDrainMs : longestDrainMs)) {
        if (state !== undefined) this.problem = `its disk took longer than ${longestDrainMs / 1000} s`
        return
      }
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }

  /** From now on it is on its own. */
  leave(): void {
    this.isLeft = true
  }

  private start(): ChildProcess {
    const {readEnd, logFd, spool} = this.request
    const files = ['/dev/null', ...(spool === undefined ? [] : [spool])]
    const child = spawn('/bin/sh', ['-c', script, 'sh', ...files], {
      stdio: [readEnd, logFd, 'ignore'],
      // A session of its own: what ends the job's process group does not end it.
      detached: true,
      // Without the mark of the run, since it is no process of the job.
      env: {PATH: toolsPath()},
    })
    child.unref()
    child.on('error', () => this.fail('its logger could not be started'))
    child.on('exit', (code, signal) => {
      if (signal === null) this.end(code)
      else if (!this.isLeft) setTimeout(() => this.restart(), Math.min(2 ** this.kills++, longestRestartMs))
    })
    return child
  }

  private end(code: number | null): void {
    this.hasEnded = true
    if (code !== 0) this.problem ??= 'it could not be written (is its disk full?)'
  }

  private fail(problem: string): void {
    this.hasEnded = true
    this.problem ??= problem
  }

  /** Nobody would read the pipe, and the job would wait for ever. */
  private restart(): void {
    if (this.isLeft) return
    this.problem = 'its logger was killed'
    try {
      writeSync(this.request.logFd, '\n--- the logger was killed; some output may be missing here ---\n')
    } catch {
      // The problem is said at the end of the run.
    }
    this.child = this.start()
  }
}

/** `S` for a process that sleeps; undefined without /proc. */
function stateOf(pid: number | undefined): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat[stat.lastIndexOf(')') + 2]
  } catch {
    return undefined
  }
}
