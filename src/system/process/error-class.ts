import {classifyText, type FailureFinding} from '../../domain/failure/failure-class.js'

/** How many causes of an error are read. */
const deepest = 4

/** Classifies an error of a library by its name, message, `code`, HTTP status and Retry-After header. */
export function classifyError(error: unknown): FailureFinding {
  return classifyText(describe(error, deepest).join('\n'))
}

function describe(error: unknown, depth: number): readonly string[] {
  if (typeof error !== 'object' || error === null) return [String(error)]
  const {name, message, code, cause, status, statusCode, response, headers} = error as Record<string, unknown>
  const answer = typeof response === 'object' && response !== null ? (response as Record<string, unknown>) : {}
  const http = [status, statusCode, answer['status'], answer['statusCode']].find((value) => typeof value === 'number')
  const sent = answer['headers'] ?? headers
  const retryAfterMs = headerOf(sent, 'retry-after-ms')
  const retryAfter = headerOf(sent, 'retry-after')
  return [
    `${text(name)}: ${text(message)}`,
    text(code),
    http === undefined ? '' : `status code ${http}`,
    retryAfter === undefined ? '' : `retry-after: ${retryAfter}`,
    retryAfterMs === undefined ? '' : `retry-after-ms: ${retryAfterMs}`,
    ...(cause === undefined || depth === 0 ? [] : describe(cause, depth - 1)),
  ]
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Headers are a `Headers` object of fetch, or a plain object as in axios. */
function headerOf(headers: unknown, name: string): string | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined
  const value = headers instanceof Headers ? headers.get(name) : (headers as Record<string, unknown>)[name]
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : undefined
}
