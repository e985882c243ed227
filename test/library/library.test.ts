import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {execa} from 'execa'
import {describe, expect, test} from 'vitest'
import {createSandbox, guardBin, type Sandbox} from '../support/sandbox.js'

const built = join(import.meta.dirname, '../../dist/index.mjs')

/** Runs plain JavaScript that imports the built package, with the sandbox's state directory, and returns what it logs. */
async function script(sandbox: Sandbox, body: string): Promise<unknown> {
  const file = sandbox.path('program.mjs')
  writeFileSync(
    file,
    `import {CircuitBreaker, GuardError, classifyError, retryWithPolicy} from ${JSON.stringify(built)}\n${body}`,
  )
  const {stdout} = await execa(process.execPath, [file], {env: sandbox.env(), extendEnv: false, cwd: sandbox.dir})
  return JSON.parse(stdout)
}

describe('CircuitBreaker', () => {
  test('shares its state with guard at the shell, both ways', async () => {
    const sandbox = createSandbox()
    await sandbox.guard('breaker', 'isolate', 'feed', '--reason', 'switched off')
    const seen = await script(
      sandbox,
      `const api = new CircuitBreaker({target: 'api'})
       const feed = new CircuitBreaker({target: 'feed'})
       const changes = [1, 2, 3].map(() => api.record(false, api.allow()).change)
       console.log(JSON.stringify({changes, api: api.state, feed: feed.allow()}))`,
    )
    expect(seen).toEqual({
      changes: ['none', 'none', 'opened'],
      api: 'open',
      feed: {allowed: false, reason: 'feed is isolated: switched off'},
    })
    expect((await sandbox.guard('breaker', 'check', 'api')).code).toBe(69)
  })

  test('sees within its age what another process did meanwhile', async () => {
    const sandbox = createSandbox()
    const guard = JSON.stringify(guardBin)
    const states = await script(
      sandbox,
      `import {execFileSync} from 'node:child_process'
       const guard = ${guard}
       const breaker = new CircuitBreaker({target: 'api', maxAgeMs: 1})
       const before = breaker.state
       execFileSync(guard, ['breaker', 'open', 'api', '--for', '1h'])
       const after = breaker.state
       execFileSync(guard, ['breaker', 'close', 'api'])
       console.log(JSON.stringify([before, after, breaker.state]))`,
    )
    expect(states).toEqual(['closed', 'open', 'closed'])
  })

  test('executes calls, and refuses them with breaker-open once it is open', async () => {
    const seen = await script(
      createSandbox(),
      `const breaker = new CircuitBreaker({target: 'api', policy: {consecutive: 2}})
       const errors = []
       for (let call = 0; call < 3; call++)
         await breaker.execute(async () => { throw new Error('HTTP 503') }).catch((error) => errors.push(error.kind ?? error.message))
       const open = breaker.state
       breaker.close()
       console.log(JSON.stringify({errors, open, value: await breaker.execute(async () => 7)}))`,
    )
    expect(seen).toEqual({errors: ['HTTP 503', 'HTTP 503', 'breaker-open'], open: 'open', value: 7})
  })

  test('a refused request opens no breaker, by execute and by retryWithPolicy', async () => {
    const seen = await script(
      createSandbox(),
      `const breaker = new CircuitBreaker({target: 'api', policy: {consecutive: 1}})
       const refuse = async () => { throw Object.assign(new Error('no'), {status: 401}) }
       await breaker.execute(refuse).catch(() => undefined)
       const first = breaker.state
       await retryWithPolicy(refuse, {breaker}).catch(() => undefined)
       const second = breaker.state
       await breaker.execute(async () => { throw Object.assign(new Error('no'), {status: 503}) }).catch(() => undefined)
       console.log(JSON.stringify([first, second, breaker.state]))`,
    )
    expect(seen).toEqual(['closed', 'closed', 'open'])
  })

  test('the one call through a half-open breaker settles it', async () => {
    const seen = await script(
      createSandbox(),
      `const breaker = new CircuitBreaker({target: 'api', policy: {consecutive: 1, openForMs: 30}})
       breaker.record(false)
       while (breaker.state !== 'half-open') await new Promise((resolve) => setTimeout(resolve, 5))
       const permit = breaker.allow()
       const second = breaker.allow()
       console.log(JSON.stringify([permit.allowed, second.allowed, breaker.record(true, permit).change, breaker.state]))`,
    )
    expect(seen).toEqual([true, false, 'closed', 'closed'])
  })

  test('a name that is none is refused', async () => {
    const seen = await script(
      createSandbox(),
      `try { new CircuitBreaker({target: '../x'}) } catch (error) { console.log(JSON.stringify([error instanceof GuardError, error.kind])) }`,
    )
    expect(seen).toEqual([true, 'usage'])
  })
})

describe('retryWithPolicy', () => {
  const quick = `policy: {firstDelayMs: 5, jitter: 0}`

  test('repeats what may pass and resolves with the first success', async () => {
    const seen = await script(
      createSandbox(),
      `const news = []
       const value = await retryWithPolicy(async ({attempt}) => { if (attempt < 3) throw Object.assign(new Error('no'), {status: 503}); return attempt },
         {${quick}, onRetry: ({attempt, afterMs, reason}) => news.push([attempt, afterMs, reason])})
       console.log(JSON.stringify({value, news}))`,
    )
    expect(seen).toEqual({
      value: 3,
      news: [
        [1, 5, 'server'],
        [2, 10, 'server'],
      ],
    })
  })

  test('throws the last error itself, at once where no waiting mends it', async () => {
    const seen = await script(
      createSandbox(),
      `let calls = 0
       const denied = Object.assign(new Error('no'), {status: 401})
       const error = await retryWithPolicy(async () => { calls++; throw denied }, {${quick}}).catch((error) => error)
       console.log(JSON.stringify([error === denied, calls]))`,
    )
    expect(seen).toEqual([true, 1])
  })

  test('ends an attempt at its time limit, and gives the next one twice as long', async () => {
    const seen = await script(
      createSandbox(),
      `const limits = []
       const hang = ({signal}) => new Promise(() => signal.addEventListener('abort', () => limits.push(signal.reason.message)))
       const error = await retryWithPolicy(hang, {timeoutMs: 40, policy: {firstDelayMs: 5, jitter: 0, maxAttempts: 2}}).catch((error) => error)
       console.log(JSON.stringify({name: error.name, limits}))`,
    )
    expect(seen).toEqual({name: 'TimeoutError', limits: ['no answer within 40 ms', 'no answer within 80 ms']})
  })

  test('the wait of an answer is read from its headers; a longer one than maxDelayMs ends the attempts', async () => {
    const seen = await script(
      createSandbox(),
      `const answer = (headers) => async () => { throw Object.assign(new Error('no'), {status: 503, headers}) }
       const waits = []
       const onRetry = ({afterMs}) => waits.push(afterMs)
       const policy = {maxAttempts: 2, firstDelayMs: 1, jitter: 0}
       await retryWithPolicy(answer({'retry-after-ms': '30'}), {policy, onRetry}).catch(() => undefined)
       await retryWithPolicy(answer({'retry-after': '172800'}), {policy, onRetry}).catch(() => undefined)
       console.log(JSON.stringify(waits))`,
    )
    expect(seen).toHaveLength(1)
    expect((seen as number[])[0]).toBeGreaterThanOrEqual(30)
  })

  test('a cancelled wait ends at once with the reason, and a call to an open breaker is never made', async () => {
    const seen = await script(
      createSandbox(),
      `const cancel = new AbortController()
       const waiting = retryWithPolicy(async () => { throw new Error('HTTP 503') }, {policy: {firstDelayMs: 60000}, signal: cancel.signal, onRetry: () => setTimeout(() => cancel.abort(new Error('shut down')), 5)})
       const reason = await waiting.catch((error) => error.message)
       const breaker = new CircuitBreaker({target: 'api'})
       breaker.isolate('maintenance', 60000)
       let calls = 0
       const kind = await retryWithPolicy(async () => { calls++ }, {breaker}).catch((error) => error.kind)
       console.log(JSON.stringify({reason, kind, calls}))`,
    )
    expect(seen).toEqual({reason: 'shut down', kind: 'breaker-open', calls: 0})
  })

  test('calls of one target share its retry budget', async () => {
    const seen = await script(
      createSandbox(),
      `const breaker = new CircuitBreaker({target: 'api', retryBudget: {ratio: 0, reserve: 3}, policy: {consecutive: 0, recentFailures: 0, failures: 0}})
       let calls = 0
       for (let times = 0; times < 3; times++)
         await retryWithPolicy(async () => { calls++; throw new Error('HTTP 503') }, {breaker, policy: {firstDelayMs: 1, maxAttempts: 3}}).catch(() => undefined)
       console.log(JSON.stringify(calls))`,
    )
    expect(seen).toBe(6)
  })
})
