import {signal} from '@preact/signals'

/** What the server refused, with its own words. */
export class RefusedError extends Error {
  readonly status: number
  readonly hints: readonly string[]

  constructor(status: number, message: string, hints: readonly string[] = []) {
    super(message)
    this.status = status
    this.hints = hints
  }
}

const keyName = 'guard.key'

/** The key for changes. Never in an address: it travels in a header, and lasts as long as the tab. */
export const key = signal<string | undefined>(storedKey())

function storedKey(): string | undefined {
  try {
    return sessionStorage.getItem(keyName) ?? undefined
  } catch {
    return undefined
  }
}

export function keepKey(value: string | undefined): void {
  key.value = value
  try {
    if (value === undefined) sessionStorage.removeItem(keyName)
    else sessionStorage.setItem(keyName, value)
  } catch {
    // The tab's memory has it.
  }
}

interface RequestOptions {
  readonly method?: 'POST' | 'DELETE'
  readonly body?: object
  readonly signal?: AbortSignal
  /** Another key than the kept one, to try it; null for none. */
  readonly withKey?: string | null
  readonly headers?: Readonly<Record<string, string>>
}

const answerWithinMs = 30_000

/** Throws RefusedError for an answer that is no success, and TypeError or AbortError if none comes. */
export async function request(path: string, options: RequestOptions = {}): Promise<Response> {
  const {method, body, withKey = key.value} = options
  const response = await fetch(`api/v1/${path}`, {
    ...(method && {method}),
    ...(method && {body: JSON.stringify(body ?? {})}),
    ...(options.signal && {signal: options.signal}),
    headers: {
      ...options.headers,
      ...(typeof withKey === 'string' && {'X-Dash-Key': withKey}),
      ...(method && {'Content-Type': 'application/json'}),
    },
    cache: 'no-store',
    credentials: 'same-origin',
    redirect: 'error',
  })
  if (!response.ok) throw await refusalOf(response)
  return response
}

/** The answer as an object. It is guard's own, so its shape is that of json.ts. */
export async function ask<T>(path: string, options: Omit<RequestOptions, 'signal'> = {}): Promise<T> {
  const response = await request(path, {...options, signal: AbortSignal.timeout(answerWithinMs)})
  return (await response.json()) as T
}

async function refusalOf(response: Response): Promise<RefusedError> {
  const text = await response.text()
  try {
    const {error} = JSON.parse(text) as {error: {message: string; hints?: readonly string[]}}
    return new RefusedError(response.status, error.message, error.hints)
  } catch {
    return new RefusedError(response.status, `the server answered ${response.status}`)
  }
}

/** What is shown of a failure. */
export function textOfError(error: unknown): string {
  if (error instanceof RefusedError) return error.message
  return 'The server gives no answer.'
}
