import {statSync} from 'node:fs'
import {maskValues} from '../../../domain/failure/mask-values.js'
import {redactOutput} from '../../../domain/failure/redact.js'
import {tailOf} from '../../../domain/message-text/clean.js'
import {readStretch, type Stretch} from '../../../system/log/files.js'

/** More is read and masked than is wanted, so that no secret is cut. */
const longestSecretBytes = 4096

/** The end of a stretch of a log, at most so many bytes, without these values. */
export function maskedEnd(stretch: Stretch, bytes: number, secrets: readonly string[]): string {
  return tailOf(maskValues(readEnd(stretch, bytes + longestSecretBytes), secrets), bytes)
}

/** The same for those who may see less than the user whose jobs they are: also without what looks like a secret. */
export const redactedEnd: typeof maskedEnd = (stretch, bytes, secrets) => {
  const text = maskValues(readEnd(stretch, bytes + longestSecretBytes), secrets)
  return tailOf(redactOutput(text.split('\n')).join('\n'), bytes)
}

function readEnd({file, from, to}: Stretch, bytes: number): string {
  const pieces: Buffer[] = []
  const end = to ?? statSync(file).size
  readStretch({file, from: Math.max(from, end - bytes), to: end}, (piece) => pieces.push(piece))
  return Buffer.concat(pieces).toString('utf8')
}
