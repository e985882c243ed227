import {closeSync} from 'node:fs'
import {bestEffort} from '../host/best-effort.js'
import type {Stream} from '../process/job-command.js'
import type {Hold} from './limit-unread.js'
import {Logger} from './logger.js'
import {openPipes} from './pipe.js'
import type {OutputSource} from './sources.js'

export interface JobStreams {
  readonly stdout: Stream
  readonly stderr: Stream
  /** Closes guard's copies, once the job has its own: what ends last closes the pipe. */
  close(): void
}

/** The loggers of a run: for each attempt one for each pipe. */
export class Loggers {
  private readonly sources: readonly OutputSource[]
  private readonly logFd: number
  private readonly name: string
  /** Of each attempt, one for each source. */
  readonly all: Logger[] = []
  private readonly readEnds: number[] = []

  constructor(sources: readonly OutputSource[], logFd: number, name: string) {
    this.sources = sources
    this.logFd = logFd
    this.name = name
  }

  get problem(): string | undefined {
    return this.all.find(({problem}) => problem !== undefined)?.problem
  }

  openStreams(): JobStreams {
    const pipes = openPipes(this.sources.map((_, index) => `${this.name}.${index}.pipe`))
    for (const [index, {readEnd}] of pipes.entries()) {
      this.all.push(new Logger({readEnd, logFd: this.logFd, spool: spoolOf(this.sources[index])}))
      this.readEnds.push(readEnd)
    }
    const writeEnds = pipes.map(({writeEnd}) => writeEnd)
    return {
      stdout: writeEnds[0] ?? 'inherit',
      stderr: writeEnds.at(-1) ?? 'inherit',
      close: () => {
        for (const end of writeEnds) bestEffort(() => closeSync(end))
      },
    }
  }

  /** Whether the logger of any pipe waits for its reader. */
  get isPaused(): boolean {
    return this.all.some(({isPaused}) => isPaused)
  }

  /** The logger of one source, in the present attempt. */
  holdOf(source: number): Hold {
    const logger = () => this.all[this.all.length - this.sources.length + source]
    return {
      pause: () => logger()?.pause(),
      resume: () => logger()?.resume(),
      isPaused: () => logger()?.isPaused === true,
    }
  }

  async drained(): Promise<void> {
    await Promise.all(this.all.slice(-this.sources.length).map((logger) => logger.drained()))
  }

  /** The read ends were kept for a logger that has to be replaced. */
  leave(mostBytes: number): void {
    for (const logger of this.all) logger.leave(mostBytes)
    for (const end of this.readEnds) bestEffort(() => closeSync(end))
  }
}

function spoolOf(source: OutputSource | undefined): {readonly fd: number; readonly file: string} | undefined {
  return source?.spool === undefined ? undefined : {fd: source.fd, file: source.spool}
}
