import {closeSync, constants, fstatSync, openSync, readSync, rmSync} from 'node:fs'
import {dirname} from 'node:path'
import {crashTailBytes, findCrash} from '../../domain/failure/crash-signatures.js'
import {type FailurePatterns, type FailureSearch, searchFailures} from '../../domain/failure/failure-class.js'
import {classOfAttempt} from '../../domain/retry/retry.js'
import type {JobResult} from '../../domain/run/outcome.js'
import {parseResult, type ResultReading, resultLimit} from '../../domain/run/result-file.js'
import {isDiskFull} from '../../system/host/disk-space.js'
import {findStretches, readStretch} from '../../system/log/files.js'
import type {SupervisedExit} from '../../system/process/supervise.js'
import type {AttemptEvidence, AttemptTask} from '../../usecases/run/attempt-job.js'
import {printWarning} from '../stderr.js'

/** Of an output that is larger, the end is searched: that is where programs say why they give up. */
const searchedBytes = 64 * 1024 * 1024

interface TraceRequest {
  readonly task: AttemptTask
  /** Where the attempt's output begins in the log. */
  readonly begin: number
  readonly exit: SupervisedExit
  /** Undefined: the job has written none. */
  readonly resultFile: string | undefined
}

/** What an attempt has left. Loaded only after a failure, or when there is a result file. */
export async function collectEvidence({task, begin, exit, resultFile}: TraceRequest): Promise<AttemptEvidence> {
  const result = resultFile === undefined ? undefined : takeResult(resultFile)
  const retryAfter = result?.retryAfterMs === undefined ? undefined : {waitMs: result.retryAfterMs}
  const failed = exit.code !== 0 || (result?.outcome !== undefined && result.outcome !== 'healthy')
  if (!failed) return {result, crashed: undefined, class: undefined, evidence: undefined, retryAfter}
  const found = await searchOutput(task, begin)
  const isLimited = exit.timedOut || exit.silent
  return {
    result,
    crashed: exit.code === 0 ? undefined : task.output && findCrash(task.output.tail(crashTailBytes)),
    class: classOfAttempt(isLimited ? 'timed-out' : 'failed', result?.class, found?.failure?.class),
    evidence: found?.failure?.evidence ?? fullDisk(task),
    retryAfter: retryAfter ?? found?.retryAfter,
  }
}

/** A job that was refused its output may say nothing of it: it was to say it there. */
function fullDisk({job, output}: AttemptTask): string | undefined {
  const {file} = output?.range() ?? {}
  if (file === undefined || !isDiskFull(dirname(file))) return undefined
  const text = `the disk of its log is full (${file})`
  printWarning(`${job}: ${text}; what it printed last may be missing`)
  return text
}

function takeResult(file: string): JobResult | undefined {
  const {result, problems} = readResult(file)
  for (const problem of problems) printWarning(problem)
  return result
}

/** Reads a result file and removes it. The job may have put anything there, so that no more is read than may be in it. */
function readResult(file: string): ResultReading {
  try {
    return parseResult(readStart(file, resultLimit + 1))
  } catch (error) {
    const {syscall, message} = error as NodeJS.ErrnoException
    if (syscall === undefined) throw error
    return {result: undefined, problems: [`result file not used: ${message}`]}
  } finally {
    rmSync(file, {recursive: true, force: true})
  }
}

function readStart(file: string, bytes: number): string {
  // Opening a FIFO to read would wait for a writer.
  const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  try {
    if (!fstatSync(fd).isFile()) throw Object.assign(new Error('it is no file'), {syscall: 'open'})
    const buffer = Buffer.alloc(bytes)
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, bytes, 0))
  } finally {
    closeSync(fd)
  }
}

async function searchOutput({output, settings}: AttemptTask, begin: number) {
  if (!output) return undefined
  const {file, inode, to = begin} = output.range()
  if (to <= begin) return undefined
  const search = await openSearch(settings.failures)
  const from = Math.max(begin, to - searchedBytes)
  for (const stretch of findStretches(file, {inode, from, to})) readStretch(stretch, search.push)
  return search.end()
}

async function openSearch(patterns: FailurePatterns): Promise<FailureSearch> {
  if (Object.keys(patterns).length === 0) return searchFailures()
  const {compilePatterns} = await import('../../line-patterns.js')
  return searchFailures({patterns, compile: compilePatterns})
}
