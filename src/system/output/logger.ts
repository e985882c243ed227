import type {ChildProcess} from 'node:child_process'
import {existsSync, fstatSync, readFileSync} from 'node:fs'
import {monotonicMs} from '../host/clock.js'
import {toolsPath} from '../host/tools-path.js'
import {childProcess} from '../process/child-process.js'
import {withoutCallers} from '../process/own-streams.js'
import {readStat} from '../process/proc.js'
import {type StartedProcess, startProcess} from '../process/start-process.js'

interface LoggerRequest {
  /** The pipe that the job writes to. */
  readonly readEnd: number
  /** The log, opened for appending. */
  readonly logFd: number
  /** A second file that gets the same, opened for appending; undefined for none. */
  readonly spool: {readonly fd: number; readonly file: string} | undefined
}

/**
 * While a file cannot be written (a full disk, the caller's limit of file sizes), what the job writes is dropped, a second
 * at a time, so that the job neither waits nor fails. A service manager that stops a unit ends all of its processes, but
 * the job may have more to say.
 */
const script = `trap '' HUP INT QUIT TERM XFSZ
[ -z "$most" ] || ulimit -f "$most"
command -v tee >/dev/null || { cat; exit; }
lost=0
until tee -a "$@"; do
  if [ $? -gt 128 ]; then
    lost=2
    printf '\n--- the logger was killed; some output may be missing here ---\n'
    continue
  fi
  [ $lost -eq 2 ] || lost=1
  timeout 1 cat >/dev/null
  case $? in
  0) break ;;
  126 | 127) exec cat >/dev/null ;;
  esac
done
[ $lost -ne 1 ] || [ "$(ulimit -f)" = unlimited ] || lost=3
exit $lost`

/** By the exit code of the script. */
const losses: Readonly<Record<number, string>> = {
  1: 'it could not be written (is its disk full?)',
  2: 'its logger was killed',
  3: 'it could not be written (is it as large as `ulimit -f` allows?)',
}

/** Why a log or its spool could not be written: a full disk refuses both, a limit of file sizes only the larger one. */
export type Refusal = 'disk' | 'size-limit'

const refusals: Readonly<Record<number, Refusal>> = {1: 'disk', 3: 'size-limit'}

/** How long to wait until everything is in the log that was in the pipe when the job ended. */
const longestDrainMs = 2000

/** The same without /proc, which would tell whether the pipe is empty. */
const blindDrainMs = 250

const longestPollMs = 20

/** Of `ulimit -f`, by POSIX. */
const ulimitBlockBytes = 512

/** A logger that fails each time is not started without pause. */
const longestRestartMs = 1000

/**
 * A process that reads what a job writes and appends it to the log, as in daemontools and s6. It ends when the last
 * process has closed the pipe, so the job can go on without guard.
 */
export class Logger {
  private readonly request: LoggerRequest
  private child: StartedProcess
  private hasEnded = false
  private isLeft = false
  private failures = 0
  private waker: ChildProcess | undefined
  /** Why some of the output is not in the log. */
  problem: string | undefined
  /** Why some of the output is not in one of the two files at least. */
  refusal: Refusal | undefined

  constructor(request: LoggerRequest) {
    this.request = request
    this.child = this.start(this.request)
  }

  /** Resolves once all that was in the pipe is in the log, at the latest after two seconds. */
  async drained(): Promise<void> {
    this.resume()
    const begun = monotonicMs()
    let isAsleep = false
    for (let pollMs = 1; !this.hasEnded; pollMs = Math.min(pollMs * 2, longestPollMs)) {
      const state = stateOfReader(this.child.pid)
      // It sleeps only while the pipe is empty: a process that writes to a file waits in another way. Once more, since at
      // the end of the pipe it wakes a moment later, and says what is lost.
      if (state === 'S' && isAsleep) return
      isAsleep = state === 'S'
      const elapsedMs = monotonicMs() - begun
      if (elapsedMs > (state === undefined ? blindDrainMs : longestDrainMs)) {
        if (state === dropping) this.lose(1)
        else if (state !== undefined) this.problem = `its disk took longer than ${longestDrainMs / 1000} s`
        return
      }
      await new Promise((resolve) => setTimeout(resolve, pollMs))
    }
  }

  get isPaused(): boolean {
    return this.waker !== undefined
  }

  /** Reads no more, so that the job waits for its reader, as without guard; not beyond guard's own end. */
  pause(): void {
    const {pid} = this.child
    if (this.isPaused || this.hasEnded || pid === undefined) return
    // If guard is killed, this pipe closes.
    const waker = childProcess().spawn('/bin/sh', ['-c', 'read -r _; kill -s CONT -- "-$1"', 'sh', `${pid}`], {
      stdio: withoutCallers(['pipe', 'ignore', 'ignore']),
      detached: true,
      env: {PATH: toolsPath()},
    })
    // Without it the job would wait for ever for a guard that was killed.
    if (waker.pid === undefined) return
    waker.on('error', () => undefined)
    waker.unref()
    this.waker = waker
    process.kill(-pid, 'SIGSTOP')
  }

  resume(): void {
    if (!this.isPaused) return
    this.waker?.stdin?.destroy()
    this.waker = undefined
    const {pid} = this.child
    if (pid !== undefined && !this.child.hasExited()) process.kill(-pid, 'SIGCONT')
  }

  /**
   * From now on it is on its own. Where processes of the job live on, another one takes its place, which writes to the
   * log alone, since the spool goes, and at most so many bytes.
   */
  leave(mostBytes: number): void {
    this.isLeft = true
    if (this.hasEnded || this.child.hasExited()) return
    const {child} = this
    const {readEnd, logFd} = this.request
    try {
      this.child = this.start({readEnd, logFd, spool: undefined}, fstatSync(logFd).size + mostBytes)
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // The old one goes on; no process can be started.
    }
  }

  /** Past `mostBytes` of the log what the job writes is dropped. */
  private start({readEnd, logFd, spool}: LoggerRequest, mostBytes?: number): StartedProcess {
    // By its descriptor, since it may be removed before tee opens it. That needs /proc.
    const files = spool ? [existsSync('/proc/self/fd') ? '/proc/self/fd/3' : spool.file] : []
    const own = [readEnd, logFd, 'ignore', ...(spool ? [spool.fd] : [])] as const
    const child = startProcess({
      argv: ['/bin/sh', '-c', script, 'sh', ...files],
      stdio: withoutCallers(own),
      // A session of its own: what ends the job's process group does not end it.
      detached: true,
      // Without the mark of the run, because the logger is not a process of the job.
      env: {PATH: toolsPath(), ...(mostBytes !== undefined && {most: `${Math.ceil(mostBytes / ulimitBlockBytes)}`})},
    })
    child.unref()
    child.failed.then(() => this.restartSoon('its logger could not be started'))
    child.exited.then(({code, signal}) => {
      if (signal !== undefined) return this.restartSoon(losses[2] ?? '')
      this.hasEnded = true
      this.lose(code ?? 0)
    })
    return child
  }

  /** @param code of the script */
  private lose(code: number): void {
    this.problem ??= losses[code]
    this.refusal ??= refusals[code]
  }

  /** Without a reader of the pipe the job would wait for ever. */
  private restartSoon(problem: string): void {
    if (this.isLeft) return
    this.problem = problem
    setTimeout(() => this.restart(), Math.min(2 ** this.failures++, longestRestartMs))
  }

  private restart(): void {
    if (this.isLeft) return
    try {
      this.child = this.start(this.request)
    } catch {
      this.restartSoon('its logger could not be started')
    }
  }
}

/** What the job writes is dropped at the moment, since it cannot be written. */
const dropping = 'dropping'

/**
 * The state of the process that reads the pipe, which the shell has started: `S` while it sleeps.
 *
 * @returns an empty text if there is none at the moment; undefined without /proc
 */
function stateOfReader(shell: number | undefined): string | undefined {
  try {
    const [reader] = readFileSync(`/proc/${shell}/task/${shell}/children`, 'latin1').split(' ')
    const stat = reader ? readStat(Number(reader)) : undefined
    if (!stat) return ''
    return stat.program === 'timeout' ? dropping : stat.state
  } catch {
    return undefined
  }
}
