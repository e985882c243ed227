import {closeSync, constants, existsSync, fstatSync, openSync, readSync, rmSync} from 'node:fs'
import {dirname} from 'node:path'
import {crashTailBytes, findCrash} from '../../domain/failure/crash-signatures.js'
import {type FailurePatterns, type FailureSearch, searchFailures} from '../../domain/failure/failure-class.js'
import type {RetryAfter} from '../../domain/failure/retry-after.js'
import {classOfAttempt} from '../../domain/retry/retry.js'
import {type JobResult, mayHaveFailed} from '../../domain/run/outcome.js'
import {parseResult, type ResultReading, resultLimit} from '../../domain/run/result-file.js'
import type {JobSettings} from '../../domain/settings/job.js'
import {isDiskFull} from '../host/disk-space.js'
import {findStretches, readStretch} from '../log/files.js'
import type {SupervisedExit} from '../process/supervise.js'
import type {JobOutput} from './job-output.js'
import {readTail} from './read-tail.js'

/** Only the end of a larger output is searched: that is where programs say why they give up. */
const searchedBytes = 64 * 1024 * 1024

/** The same of a job that ended because guard was asked to end: it is known why, and its caller waits. */
const searchedWhenAskedBytes = 1024 * 1024

/** What an attempt has left; empty for a healthy attempt without a result file. */
export interface AttemptEvidence {
  readonly result?: JobResult | undefined
  /** What crashed, and why. */
  readonly crashed?: string | undefined
  /** `unknown` if nothing says why it failed. */
  readonly class?: string | undefined
  /** The line of the output that says the class. */
  readonly evidence?: string | undefined
  readonly retryAfter?: RetryAfter | undefined
}

interface EvidenceRequest {
  readonly job: string
  /** Undefined if no log is kept. */
  readonly output: JobOutput | undefined
  readonly patterns: FailurePatterns
  /** Where the attempt's output begins in the log. */
  readonly begin: number
  readonly exit: SupervisedExit
  readonly exitMap: JobSettings['exitMap']
  /** A signal has asked guard to end. */
  readonly endAsked: boolean
  /** Undefined if the job has written none. */
  readonly resultFile: string | undefined
  readonly warn: (text: string) => void
}

/** Reads what an attempt has left, and removes its result file. */
export async function collectEvidence(request: EvidenceRequest): Promise<AttemptEvidence> {
  const {output, exit, exitMap, resultFile} = request
  const result = resultFile === undefined ? undefined : takeResult(resultFile, request.warn)
  const retryAfter = result?.retryAfterMs === undefined ? undefined : {waitMs: result.retryAfterMs}
  if (!mayHaveFailed({exit, exitMap, result})) return {result, retryAfter}
  const found = await searchOutput(request)
  const isLimited = exit.timedOut || exit.silent
  return {
    result,
    crashed: exit.code === 0 ? undefined : output && findCrash(tailOf(output)),
    class: classOfAttempt(isLimited ? 'timed-out' : 'failed', result?.class, found?.failure?.class),
    evidence: found?.failure?.evidence ?? fullDisk(request),
    retryAfter: retryAfter ?? found?.retryAfter,
  }
}

function tailOf(output: JobOutput): string {
  return output
    .beginnings()
    .map((beginning) => readTail(beginning, crashTailBytes))
    .join('')
}

/** On a full disk the job could not write why it failed, so this may be the only reason that is known. */
function fullDisk({job, output, warn}: EvidenceRequest): string | undefined {
  const {file} = output?.range() ?? {}
  // A folder that is gone says nothing of its disk.
  if (file === undefined || !existsSync(dirname(file)) || !isDiskFull(dirname(file))) return undefined
  const text = `the disk of its log is full (${file})`
  warn(`${job}: ${text}; what it printed last may be missing`)
  return text
}

function takeResult(file: string, warn: (text: string) => void): JobResult | undefined {
  const {result, problems} = readResult(file)
  for (const problem of problems) warn(problem)
  return result
}

/** Reads a result file and removes it. Its size is limited, because the job may have written anything there. */
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
    if (!fstatSync(fd).isFile()) throw Object.assign(new Error('it is not a file'), {syscall: 'open'})
    const buffer = Buffer.alloc(bytes)
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, bytes, 0))
  } finally {
    closeSync(fd)
  }
}

async function searchOutput({output, patterns, begin, endAsked}: EvidenceRequest) {
  if (!output) return undefined
  const {file, inode, to = begin} = output.range()
  if (to <= begin) return undefined
  const search = await openSearch(patterns)
  const from = Math.max(begin, to - (endAsked ? searchedWhenAskedBytes : searchedBytes))
  for (const stretch of findStretches(file, {inode, from, to})) readStretch(stretch, search.push)
  return search.end()
}

async function openSearch(patterns: FailurePatterns): Promise<FailureSearch> {
  if (Object.keys(patterns).length === 0) return searchFailures()
  const {compilePatterns} = await import('../../line-patterns.js')
  return searchFailures({patterns, compile: compilePatterns})
}
