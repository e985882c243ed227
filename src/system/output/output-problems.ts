import {existsSync, fstatSync} from 'node:fs'
import {dirname} from 'node:path'
import {isDiskFull} from '../host/disk-space.js'
import {findLog} from '../log/files.js'
import type {OutputForwarder} from './forward-output.js'
import type {Refusal} from './logger.js'
import type {Loggers} from './loggers.js'
import type {OpenLog} from './open-log.js'
import type {OutputSource} from './sources.js'

/** All that one run's output goes through. */
export interface OutputParts {
  readonly log: OpenLog
  readonly sources: readonly OutputSource[]
  readonly loggers: Loggers
  /** Those that pass on to a reader. */
  readonly forwarders: readonly OutputForwarder[]
}

const mebibyte = 1024 * 1024

/** Why a reader lacks a part of the output. @returns undefined if none is known to be lost */
export function lossOf({log, sources, loggers, forwarders}: OutputParts): string | undefined {
  const problem = forwarders.find((forwarder) => forwarder.problem !== undefined)?.problem
  if (problem !== undefined || log.noAnswer !== undefined) return problem
  const heard = forwarders.filter(({hasLostReader}) => !hasLostReader).map(({source}) => source)
  const refusals = sources.map((_, index) => refusalOf(index, sources.length, loggers))
  const lossy = sources.find((source, index) => heard.includes(source.fd) && isIncomplete(source, log, refusals[index]))
  return lossy && refusalText(dirname(lossy.file))
}

/** The folder, since the names of spool files differ from run to run. */
function refusalText(folder: string): string {
  return isFull(folder) ? `the disk of ${folder} is full` : `${folder} could not be written (was its disk full?)`
}

/** Why the files of a source could not be written in any attempt. */
function refusalOf(source: number, sources: number, {all}: Loggers): Refusal | undefined {
  const own = all.filter((_, index) => index % sources === source)
  return own.find(({refusal}) => refusal !== undefined)?.refusal
}

/** If a log and a spool share a logger, it says only that at least one of the two could not be written. */
function isIncomplete({fd, file}: OutputSource, log: OpenLog, refusal: Refusal | undefined): boolean {
  if (refusal === undefined || fd === log.fd) return refusal !== undefined
  const [own, ofLog] = [fstatSync(fd), fstatSync(log.fd)]
  if (refusal === 'size-limit') return own.size >= ofLog.size
  return own.dev === ofLog.dev || isFull(dirname(file))
}

/** Some file systems count the names of a file as 0 always. */
function isThere(log: OpenLog): boolean {
  const {file, inode} = log.range()
  return findLog(file, inode) !== undefined
}

/** Nothing is known of the disk of a folder that is gone. */
function isFull(folder: string): boolean {
  return existsSync(folder) && isDiskFull(folder)
}

/** A sentence for each part that is missing, in the log or at a reader. */
export function* outputProblems(parts: OutputParts, mostBytes: number): Iterable<string> {
  const {log, loggers, forwarders} = parts
  if (log.noAnswer !== undefined) yield `${log.file}: ${log.noAnswer}; what the job printed last may be missing`
  if (log.wasEmptied()) yield `${log.file} was emptied during the run`
  else if (log.isDamaged() && !isThere(log)) yield `${log.file} was removed during the run`
  for (const {skippedBytes} of forwarders) {
    if (skippedBytes > 0)
      yield `${skippedBytes} bytes of output were not passed on: more than ${Math.floor(mostBytes / mebibyte)} MiB cannot wait`
  }
  const lost = lossOf(parts)
  if (lost !== undefined) yield `a part of the output could not be passed on: ${lost}`
  if (loggers.problem) yield `${log.file} lacks some of the output: ${loggers.problem}`
}
