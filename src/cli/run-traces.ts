import {closeSync, constants, fstatSync, openSync, readSync, rmSync} from 'node:fs'
import {parseResult, type ResultReading, resultLimit} from '../domain/job-result.js'

/** What is read only after a failure or from a result file, apart from what every run loads. */
export {crashTailBytes, findCrash} from '../domain/crash-marks.js'

/** Reads a result file and removes it. The job may have put anything there, so that no more is read than may be in it. */
export function takeResult(file: string): ResultReading {
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
