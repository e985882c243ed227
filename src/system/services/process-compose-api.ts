import {formatDuration} from '../../domain/clock/duration.js'
import type {ServiceSettings} from '../../domain/settings/service.js'
import {GuardError} from '../../errors.js'
import {codeOf} from '../host/error-code.js'
import {resolveSecret} from '../host/secret.js'
import {type ComposeProcess, stateOfProcess} from './process-compose.js'
import type {Service, ServiceState} from './service.js'

type Settings = Extract<ServiceSettings, {manager: 'process-compose'}> & {readonly url: string}

type Answer =
  | {readonly ok: true; readonly body: unknown}
  | {readonly ok: false; readonly reason: string; readonly notStarted?: true}

/** A process of process-compose, through its REST API: `POST /process/restart/NAME` and `GET /process/NAME`. */
export function processComposeApiService(settings: Settings): Service {
  // Its server decodes a plus sign in a path as a space.
  const name = encodeURIComponent(settings.name).replaceAll('+', '%2B')
  return {
    restart: async () => {
      const answer = await ask(settings, 'POST', `process/restart/${name}`)
      return answer.ok ? {ok: true, detail: `process-compose restarted ${settings.name}`} : answer
    },
    isUp: async () => {
      const answer = await ask(settings, 'GET', `process/${name}`)
      return answer.ok ? readState(settings.name, answer.body) : stateOfProblem(answer.reason)
    },
  }
}

/** On these the server got no request; the second is bun's. */
const refused = /^(?:ECONNREFUSED|ConnectionRefused|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/

async function ask(settings: Settings, method: 'GET' | 'POST', path: string): Promise<Answer> {
  const {url, timeoutMs} = settings
  try {
    const address = new URL(path, url.replace(/\/?$/, '/'))
    const signal = AbortSignal.timeout(timeoutMs)
    const response = await fetch(address, {method, headers: headersOf(settings), signal})
    return readAnswer(url, response.status, await response.text())
  } catch (error) {
    const notStarted = error instanceof GuardError || refused.test(codeOf(error) ?? '')
    return {ok: false, reason: problemOf(error, url, timeoutMs), ...(notStarted && {notStarted})}
  }
}

function headersOf({name, token}: Settings): Record<string, string> {
  const secret = token && {'X-PC-Token-Key': resolveSecret(token, `token of process-compose for ${name}`)}
  return {'content-type': 'application/json', ...secret}
}

function readAnswer(url: string, status: number, text: string): Answer {
  if (status === 401) return {ok: false, reason: `process-compose at ${url} refuses the token`}
  const body = parse(text)
  if (status === 200 && typeof body === 'object' && body !== null) return {ok: true, body}
  const error = (body as {readonly error?: unknown} | undefined)?.error
  return {ok: false, reason: typeof error === 'string' ? error : `process-compose at ${url} answered ${status}`}
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function problemOf(error: unknown, url: string, timeoutMs: number): string {
  if (error instanceof GuardError) return error.message
  const {name, message, cause} = error as Error
  if (name === 'TimeoutError') return `process-compose at ${url} gave no answer within ${formatDuration(timeoutMs)}`
  const code = (cause as NodeJS.ErrnoException | undefined)?.code
  return `process-compose at ${url} cannot be reached (${code ?? message})`
}

function readState(name: string, body: unknown): ServiceState {
  const process = body as ComposeProcess
  if (process.name === name && typeof process.status === 'string') return stateOfProcess(process)
  return {state: 'unknown', detail: `the answer of process-compose is not the state of ${name}`}
}

function stateOfProblem(reason: string): ServiceState {
  return {state: /no such process/.test(reason) ? 'failed' : 'unknown', detail: reason}
}
