import {dirname} from 'node:path'
import {GuardError} from '../../errors.js'
import {isDiskFull} from '../host/disk-space.js'
import {isRotationDue, type RotationPolicy, rotateLog} from '../log/rotate.js'
import {type JobOutput, openJobOutput} from './job-output.js'

interface LogRequest {
  readonly logFile: string
  /** The line that stands in the log before the output; undefined for none. */
  readonly header: string | undefined
  /** Beginning of the names of the spool files. */
  readonly spool: string
  readonly rotation: RotationPolicy
  /** Descriptors that the output is passed on to: the job's standard output, its standard error. */
  readonly targets: readonly [number, number]
  /** Another run may write to the same log meanwhile. */
  readonly isShared: boolean
  /** Another run may still write to the log that is there: it keeps that file, and this one begins another. */
  readonly isBeside: boolean
  /** Wall clock, ms. */
  readonly now: number
  readonly warn: (text: string) => void
}

/** Rotates a job's log if that is due, and opens it for the job's output. Throws GuardError `io`. */
export function openOutput({now, isBeside, ...request}: LogRequest): JobOutput {
  const {logFile, rotation} = request
  try {
    if (isBeside || isRotationDue(logFile, rotation)) rotateLog(logFile, rotation, now)
    if (isDiskFull(dirname(logFile)))
      throw Object.assign(new Error('the disk is full'), {code: 'ENOSPC', syscall: 'write'})
    return openJobOutput(request)
  } catch (error) {
    const cause = error as NodeJS.ErrnoException
    if (cause.syscall === undefined) throw error
    throw new GuardError('io', `${logFile}: ${cause.message}`, [], {cause})
  }
}
