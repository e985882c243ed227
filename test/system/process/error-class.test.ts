import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {expect, onTestFinished, test} from 'vitest'
import {classifyError} from '../../../src/system/process/error-class.js'

async function server(): Promise<string> {
  const http = createServer((request, response) => {
    if (request.url === '/reset') request.socket.destroy()
    else if (request.url !== '/hang') response.end()
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    http.closeAllConnections()
    http.close()
  })
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`
}

const classOf = (error: unknown) => classifyError(error).failure?.class ?? 'unknown'
const thrownBy = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  )

test('real errors of fetch are classified', async () => {
  const url = await server()
  expect(classOf(await thrownBy(fetch('http://127.0.0.1:9')))).toBe('connection')
  expect(classOf(await thrownBy(fetch('http://no-such-host.invalid/')))).toBe('connection')
  expect(classOf(await thrownBy(fetch(`${url}/reset`)))).toBe('connection')
  expect(classOf(await thrownBy(fetch(`${url}/hang`, {signal: AbortSignal.timeout(50)})))).toBe('timeout')
})

test.each([
  ['auth', Object.assign(new Error('no'), {status: 401})],
  ['server', Object.assign(new Error('no'), {response: {status: 502}})],
  ['not-found', Object.assign(new Error('no'), {statusCode: 404})],
  ['connection', Object.assign(new Error('no'), {code: 'ECONNRESET'})],
  [
    'connection',
    new Error('outer', {cause: new Error('inner', {cause: new Error('connect ECONNREFUSED 127.0.0.1:1')})}),
  ],
  ['server', 'HTTP 503'],
  ['unknown', new Error('rows are missing')],
  ['unknown', undefined],
])('%s is read from %o', (expected, error) => {
  expect(classOf(error)).toBe(expected)
})

test('a cause that refers to itself causes no endless loop', () => {
  const error = new Error('HTTP 503')
  error.cause = error
  expect(classOf(error)).toBe('server')
})

test.each([
  ['of axios', {response: {status: 429, headers: {'retry-after': '7'}}}],
  ['of fetch', {status: 429, headers: new Headers({'Retry-After': '7'})}],
])('the Retry-After %s is found', (_title, fields) => {
  expect(classifyError(Object.assign(new Error('no'), fields))).toMatchObject({
    failure: {class: 'rate-limit'},
    retryAfter: {waitMs: 7000},
  })
})
