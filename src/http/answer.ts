import {promisify} from 'node:util'
import {gzip} from 'node:zlib'
import type {Context} from 'hono'
import {showControlsInJson} from '../domain/log/show-controls.js'
import {GuardError} from '../errors.js'
import {errorAnswer, HttpError} from './http-error.js'
import type {ServerEnv} from './server-env.js'

/** Smaller answers fit into one packet anyhow. */
const leastGzipBytes = 1400
/** The quickest: the time of this process is worth more than a fifth of the bytes. */
const gzipLevel = 1

const compress = promisify(gzip)

/** Answers with an object, compressed if the caller takes that. Control characters are escaped: answers land on terminals. */
export async function answerJson(
  context: Context<ServerEnv>,
  value: object,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const text = `${showControlsInJson(JSON.stringify(value))}\n`
  return answerText(context, text, {status, headers: {...headers, 'content-type': 'application/json'}})
}

interface TextAnswer {
  readonly status?: number
  readonly headers: Readonly<Record<string, string>>
}

export async function answerText(
  context: Context<ServerEnv>,
  text: string,
  {status = 200, headers}: TextAnswer,
): Promise<Response> {
  const vary = {...headers, vary: 'accept-encoding'}
  if (text.length < leastGzipBytes || !takesGzip(context.req.header('accept-encoding') ?? ''))
    return context.body(text, status as 200, vary)
  const packed = await compress(text, {level: gzipLevel})
  return context.body(new Uint8Array(packed), status as 200, {...vary, 'content-encoding': 'gzip'})
}

function takesGzip(accepted: string): boolean {
  return accepted.split(',').some((coding) => /^\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/i.test(coding))
}

/** What guard did not foresee is not told to the caller, but reported. */
export async function answerError(
  context: Context<ServerEnv>,
  error: unknown,
  report: (error: unknown) => void,
): Promise<Response> {
  if (!(error instanceof HttpError) && !(error instanceof GuardError && error.kind !== 'internal')) report(error)
  const {status, headers, body} = errorAnswer(error)
  return answerJson(context, body, status, headers)
}
