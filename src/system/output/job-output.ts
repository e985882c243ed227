import type {LogRange} from '../../domain/run/run.js'
import {callAfter, endsWithin} from '../host/clock.js'
import {ChangeWaiter} from '../log/change-waiter.js'
import type {RotationPolicy} from '../log/rotate.js'
import {OutputForwarder, statOf} from './forward-output.js'
import type {GrowingOutput} from './limit-output.js'
import {type JobStreams, Loggers} from './loggers.js'
import {OpenLog} from './open-log.js'
import type {OutputParts} from './output-problems.js'
import type {Beginning} from './read-tail.js'
import {isNull, type OutputSource, openSources, removeSpools} from './sources.js'

/**
 * A job writes to a pipe, one for both streams, so that their order is exact. A logger process appends it to the log:
 * the job neither waits for guard nor ends with it. guard reads the log to pass the output on. If guard's standard error
 * is another file than its standard output, each stream has a pipe of its own, and a spool file from which it is passed on.
 */
export interface JobOutput {
  /** Makes the pipes of one attempt. Throws the file system's error. */
  openStreams(): JobStreams
  /** Resolves once all that the last attempt has written before its end is in the log, or the log gives no answer. */
  drained(): Promise<void>
  /** Whether the log has given its answers so far; one that has not is not touched any more. */
  isReadable(): boolean
  /** The stretch of the log that this run has written so far, in offsets from the first byte ever written to the log. */
  range(): LogRange
  /** When the job last wrote, by the wall clock of the file system. */
  lastWriteMs(): number
  /** Where the output of this run begins in each of its files. */
  beginnings(): readonly Beginning[]
  /** Copies spools and limits the log from now on; with `passOn` the output also goes to guard's own streams. */
  follow(passOn: boolean): void
  /** Has guard's own line printed after all that the job has written until now. */
  say(print: () => void): void
  /** Resolves once everything that is there now was passed on, as far as that is done live, at the latest after two seconds. */
  passedOn(): Promise<void>
  /** Whether a write has found that a reader has gone; never for a file, which is always there. */
  hasLostReader(): boolean
  /** Resolves when a write from now on finds that. */
  readerGone(): Promise<void>
  /** Why a reader does not get all that the job has written until now; undefined if no part is known to be lost. */
  lost(): Promise<string | undefined>
  /** Gives up what waits for a reader. The log gets what processes of the job still write. */
  abandon(): void
  /** Passes on the rest and closes the files. */
  finish(passOn: boolean): Promise<void>
}

interface OutputRequest {
  readonly logFile: string
  /** The line that stands in the log before the output; undefined for none. */
  readonly header: string | undefined
  /** Prefix of the names of the spool files. */
  readonly spool: string
  /** The descriptors for standard output and standard error; the same number twice joins them. */
  readonly targets: readonly [number, number]
  /** Whether another run may write to the same log at the same time. */
  readonly isShared: boolean
  /** undefined means that the log is no more than what waits to be passed on. */
  readonly rotation?: RotationPolicy
  /** Called with a sentence for each part that is missing in the log. */
  readonly warn: (text: string) => void
}

/** Delay before the first check of the size of the log. */
const firstLookMs = 1000

/** How long guard's next work waits for a reader of the output that does not read. */
const slowReaderMs = 2000

const mebibyte = 1024 * 1024

/** Readers pause, and a disk has room for so much. */
const leastUnreadBytes = 64 * mebibyte

/** How much output may wait for a reader: as much as all logs of a job may hold, at least 64 MiB. */
export function mostUnreadBytes(rotation: RotationPolicy | undefined): number {
  return Math.max(leastUnreadBytes, rotation ? rotation.maxSizeBytes * rotation.keep : 0)
}

/** Opens the log of a job, and spool files where they are needed. Throws the file system's error. */
export function openJobOutput(request: OutputRequest): JobOutput {
  const {rotation, isShared} = request
  const mostBytes = mostUnreadBytes(rotation)
  const log = new OpenLog(request.logFile, request.header)
  const sources = openSourcesOf(request, log)
  const loggers = new Loggers(sources, log.fd, request.spool)
  const forwarders = forwardersOf(sources)
  const drain = inTurn(async (passOn: boolean) => {
    let total = 0
    if (passOn) for (const forwarder of log.readable(forwarders)) total += await forwarder.drain()
    return total
  })
  let waiter: ChangeWaiter | undefined
  const limits: ChangeWaiter[] = []
  let [isFollowed, isOver] = [false, false]
  const live = {is: true}
  const holdOf = (source: number) => (live.is ? loggers.holdOf(source) : undefined)
  const parts = {log, sources, loggers, forwarders}
  const leave = once(() => leaveFiles(parts, mostBytes))
  const growing = {...parts, rotation, isShared, mostBytes, holdOf, isOver: () => isOver}
  return {
    openStreams: () => {
      log.assertAnswers()
      return loggers.openStreams()
    },
    drained: () => loggers.drained().then(() => log.listen()),
    isReadable: () => log.noAnswer === undefined,
    range: () => log.range(),
    // A job that waits for its reader is not silent, and none is ended for the silence of a file that cannot be looked at.
    lastWriteMs: () => (loggers.isPaused || log.noAnswer !== undefined ? Date.now() : lastWriteTo(sources)),
    beginnings: () => sources.map(({fd, from}) => ({fd, from: fd === log.fd ? log.from : from})),
    follow: (passOn) => {
      // A retry writes to the same log, which is already followed.
      if (isFollowed) return
      isFollowed = true
      live.is = passOn
      // For a shorter job the code of the limit is not loaded: the next run rotates its log.
      callAfter(firstLookMs, async () => void limits.push(...(await limitUnlessOver(growing, request.warn))))
      if (!passOn || forwarders.length === 0) return
      const files = sources.map(({file}) => file)
      waiter = new ChangeWaiter(() => drain(passOn), files)
      waiter.start()
    },
    ...readersOf(parts, () => (live.is ? drain(true) : undefined)),
    abandon: leave,
    finish: async (passOn) => {
      isOver = true
      for (const waiter of limits) await waiter.stop()
      await waiter?.stop()
      await drain(passOn)
      try {
        for (const problem of await problemsOf(parts, passOn, mostBytes))
          noteIn(ofStderr(parts), () => request.warn(problem))
      } finally {
        for (const forwarder of forwarders) forwarder.printNotes()
        leave()
      }
    },
  }
}

function lastWriteTo(sources: readonly OutputSource[]): number {
  return Math.max(...sources.map(({fd}) => statOf(fd)?.mtimeMs ?? Date.now()))
}

function forwardersOf(sources: readonly OutputSource[]): readonly OutputForwarder[] {
  const heard = sources.filter(({target}) => !isNull(target))
  return heard.map(({fd, from, target}) => new OutputForwarder(fd, from, target))
}

function openSourcesOf(request: OutputRequest, log: OpenLog): OutputSource[] {
  try {
    return openSources(request, log)
  } catch (error) {
    log.close()
    throw error
  }
}

async function limitUnlessOver(growing: GrowingOutput, warn: OutputRequest['warn']): Promise<readonly ChangeWaiter[]> {
  const {log, isOver} = growing
  try {
    await log.listen()
    if (isOver() || log.noAnswer !== undefined) return []
    const {limitOutput} = await import('./limit-output.js')
    return isOver() ? [] : limitOutput(growing)
  } catch (error) {
    warn(`${log.file} is not limited during this run: ${(error as Error).message}`)
    return []
  }
}

/** Guard's own lines go where standard error goes. @returns undefined if that has no reader */
function ofStderr({sources, forwarders}: OutputParts): OutputForwarder | undefined {
  return forwarders.find(({source}) => source === sources.at(-1)?.fd)
}

/** A line of guard's comes after the output that is there, and at once where that has no reader. */
function noteIn(forwarder: OutputForwarder | undefined, print: () => void): void {
  if (forwarder) forwarder.note(print)
  else print()
}

/** `drain` passes on what is there, unless that waits for the end of the run. */
function readersOf(
  parts: OutputParts,
  drain: () => Promise<unknown> | undefined,
): Pick<JobOutput, 'say' | 'passedOn' | 'hasLostReader' | 'readerGone' | 'lost'> {
  const {forwarders} = parts
  const passedOn = async () => {
    const drained = drain()
    if (drained) await endsWithin(drained, slowReaderMs)
  }
  return {
    say: (print) => {
      noteIn(ofStderr(parts), print)
      // If this fails, so does the drain at the end, which reports it.
      drain()?.catch(() => undefined)
    },
    passedOn,
    hasLostReader: () => forwarders.some(({hasLostReader}) => hasLostReader),
    readerGone: () => readerGoneOf(forwarders),
    lost: async () => {
      if (forwarders.some(({canBeFull}) => canBeFull)) await passedOn()
      if (isWhole(parts)) return undefined
      // Loaded late: few runs lack something.
      const {lossOf} = await import('./output-problems.js')
      return lossOf(parts)
    },
  }
}

/** Readers to which nothing is passed on lack nothing. */
async function problemsOf(parts: OutputParts, passOn: boolean, mostBytes: number): Promise<Iterable<string>> {
  const heard = passOn ? parts : {...parts, forwarders: []}
  if (isWhole(heard)) return []
  const {outputProblems} = await import('./output-problems.js')
  return outputProblems(heard, mostBytes)
}

/** A second time the descriptors may be those of other files. */
function once(work: () => void): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    work()
  }
}

/** What processes of the job still write goes to the log alone. */
function leaveFiles({log, loggers, sources}: OutputParts, mostBytes: number): void {
  const answers = log.noAnswer === undefined
  if (answers) loggers.leave(mostBytes)
  removeSpools(sources)
  if (answers) log.close()
}

function readerGoneOf(forwarders: readonly OutputForwarder[]): Promise<void> {
  return new Promise((resolve) => {
    for (const forwarder of forwarders) forwarder.onReaderGone = resolve
  })
}

/** Two drains at once would pass output on out of order. */
function inTurn<A, R>(work: (argument: A) => Promise<R>): (argument: A) => Promise<R> {
  let last: Promise<unknown> = Promise.resolve()
  return (argument) => {
    const next = last.then(() => work(argument))
    last = next.catch(() => undefined)
    return next
  }
}

/** Whether nothing is known to be missing, in the log and at the readers. */
function isWhole({log, loggers, forwarders}: OutputParts): boolean {
  const isPassedOn = forwarders.every(({problem, skippedBytes}) => !problem && !skippedBytes)
  return isPassedOn && !loggers.problem && !log.noAnswer && !log.isDamaged()
}
