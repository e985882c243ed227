import {type ErrorKind, GuardError} from '../errors.js'

/** What a request did wrong, beside guard's own kinds of errors. */
type HttpErrorKind =
  | 'key-missing'
  | 'key-wrong'
  | 'too-many-failures'
  | 'host-refused'
  | 'origin-refused'
  | 'no-such-route'
  | 'method-refused'
  | 'not-json'
  | 'too-large'
  | 'wrong-request'
  | 'unknown'
  | 'too-many-streams'
  | 'not-ready'

const statusOfKind = {
  'wrong-request': 400,
  'key-missing': 401,
  'key-wrong': 401,
  'host-refused': 403,
  'origin-refused': 403,
  'no-such-route': 404,
  unknown: 404,
  'method-refused': 405,
  'too-large': 413,
  'not-json': 415,
  'too-many-failures': 429,
  'too-many-streams': 503,
  'not-ready': 503,
} as const satisfies Readonly<Record<HttpErrorKind, number>>

const statusOfOwn = {
  usage: 400,
  busy: 409,
  fenced: 409,
  'breaker-open': 503,
  'no-state': 503,
  io: 503,
  config: 503,
  internal: 500,
  'not-executable': 500,
  'not-found': 500,
} as const satisfies Readonly<Record<ErrorKind, number>>

/** One mistake in a request: the key, as `query.limit` or `body.for`, and what is wrong with it. */
export interface RequestProblem {
  readonly path: string
  readonly message: string
}

interface HttpErrorOptions {
  readonly hints?: readonly string[]
  readonly problems?: readonly RequestProblem[]
  readonly headers?: Readonly<Record<string, string>>
}

/** A request that is refused. */
export class HttpError extends Error {
  readonly kind: HttpErrorKind
  readonly options: HttpErrorOptions

  constructor(kind: HttpErrorKind, message: string, options: HttpErrorOptions = {}) {
    super(message)
    this.kind = kind
    this.options = options
  }
}

interface ErrorAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: object
}

/** An error as it is answered: the same object that `--json` prints. What guard did not foresee is not told to the caller. */
export function errorAnswer(error: unknown): ErrorAnswer {
  if (error instanceof HttpError) {
    const {hints = [], problems, headers = {}} = error.options
    const body = {kind: error.kind, message: error.message, hints, ...(problems && {problems})}
    return {status: statusOfKind[error.kind], headers, body: {error: body}}
  }
  if (error instanceof GuardError) {
    const {kind, message, hints, details} = error
    return {status: statusOfOwn[kind], headers: {}, body: {error: {kind, message, hints}, ...details}}
  }
  const body = {kind: 'internal', message: 'guard has failed; its standard error says why', hints: []}
  return {status: 500, headers: {}, body: {error: body}}
}
