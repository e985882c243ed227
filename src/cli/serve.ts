import {closeSync, constants, fstatSync, openSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {GuardError} from '../errors.js'
import {keyProblem} from '../http/key-check.js'
import {isOwnFile} from '../system/host/own-file.js'
import {onSignals} from '../system/process/own-signals.js'
import type {Call} from './command/definition.js'
import type {Guard} from './guard.js'
import type {Place} from './wire/api/listen.js'

const defaultPort = 8723
const defaultHost = '127.0.0.1'

interface ServeRequest extends Pick<Call, 'json' | 'print' | 'openGuard'> {
  readonly host: string | undefined
  readonly port: number | undefined
  readonly socket: string | undefined
  readonly keyFile: string | undefined
  readonly allowHost: string | undefined
  readonly publicReads: boolean
  readonly readOnly: boolean
}

/** Serves until INT or TERM. @returns undefined; throws GuardError `config` for a missing or bad key, `io` for a place that is taken */
export async function serve(request: ServeRequest): Promise<undefined> {
  const key = readKey(request.keyFile)
  const guard = await request.openGuard()
  const place = placeOf(request, key, guard)
  // Loaded here: no other command needs the packages of the HTTP server.
  const {serveHttp} = await import('./wire/api/serve.js')
  const serving = await serveHttp(guard, request.openGuard, {
    place,
    key,
    hasPublicReads: request.publicReads,
    isReadOnly: request.readOnly,
    moreHosts: (request.allowHost ?? '').split(',').flatMap((name) => name.trim() || []),
  })
  await announce(request, serving.where, key)
  void recoverAtStart(guard)
  await interrupted()
  await serving.close()
  // A question that is still being worked on has no reader any more.
  process.exit(0)
}

/** Longer recoveries go on without being waited for. */
const recoverLimitMs = 30_000

/** What a crash has left is finished once, as `guard recover` does it; serving does not depend on it. */
async function recoverAtStart(guard: Guard): Promise<void> {
  const {endsWithin} = await import('../system/host/clock.js')
  const {recoverIn, startReruns, tidyAfter} = await import('./wire/recover.js')
  const work = async () => {
    const recovered = await recoverIn(guard, 'on')
    startReruns(guard, recovered)
    await tidyAfter(guard, recovered)
  }
  const failed = (error: unknown) =>
    guard.log(`serve: not recovered: ${error instanceof Error ? error.message : error}`)
  if (!(await endsWithin(work().catch(failed), recoverLimitMs))) guard.log('serve: recovering takes long')
}

async function announce({json}: ServeRequest, where: string, key: string | undefined): Promise<void> {
  const {jsonLine, writeLines, writeOut} = await import('./output/stdout.js')
  if (json) writeOut(jsonLine(where.startsWith('http') ? {url: where} : {socket: where}))
  else writeLines([`serving ${where}${key === undefined ? ', without a key: for reading only' : ''}`])
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => onSignals(['SIGINT', 'SIGTERM', 'SIGHUP'], () => resolve()))
}

/** Without a key only the user, whom the kernel lets at the socket, is served. Throws GuardError `config`. */
function placeOf({host, port, socket}: ServeRequest, key: string | undefined, guard: Guard): Place {
  if (socket !== undefined) return {socket}
  const isTcp = host !== undefined || port !== undefined
  if (key !== undefined) return {host: host ?? defaultHost, port: port ?? defaultPort}
  if (!isTcp) {
    guard.ensureState()
    return {socket: join(guard.stateDir, 'serve.sock')}
  }
  throw new GuardError('config', 'an address is served with a key only, and there is none', [
    'set DASHBOARD_KEY, or name a file with it, mode 0600: --key-file PATH',
    'serve a Unix socket instead, which needs none: --socket PATH',
  ])
}

/** The key of the file, else of the environment, where no job inherits it. @returns undefined if there is none. Throws GuardError `config` */
function readKey(file: string | undefined): string | undefined {
  const ofEnvironment = process.env['DASHBOARD_KEY']
  delete process.env['DASHBOARD_KEY']
  const key = file === undefined ? ofEnvironment : readKeyFile(file)
  if (key === undefined || (key === '' && file === undefined)) return undefined
  const where = file === undefined ? 'DASHBOARD_KEY' : file
  const problem = keyProblem(key)
  if (problem === undefined) return key
  throw new GuardError('config', `the key of ${where} ${problem}`, ['make one: openssl rand -hex 16'])
}

const {O_NOFOLLOW, O_NONBLOCK, O_RDONLY} = constants

function readKeyFile(file: string): string {
  const refuse = (why: string) =>
    new GuardError('config', `the key file ${file} ${why}`, ['it must be a plain file of yours, mode 0600'])
  let fd: number
  try {
    fd = openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  } catch (error) {
    throw refuse(`cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  try {
    const stat = fstatSync(fd)
    if (!isOwnFile(stat)) throw refuse('is not a plain file of this user')
    if ((stat.mode & 0o077) !== 0) throw refuse('may be read or written by others')
    if (stat.size > 4096) throw refuse('is larger than 4 KiB')
    return readFileSync(fd, 'utf8').trim()
  } finally {
    closeSync(fd)
  }
}
