import {createSocket} from 'node:dgram'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {type AddressInfo, createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest'
import type {ChannelSettings} from '../../../src/domain/settings/alerting.js'
import {type Certificates, hasOpenssl, makeCertificates} from '../../support/certificates.js'
import {channelsOfForm} from '../../support/channel-run.js'
import {answering, closedPort, startProxy, startReceiver} from '../../support/http-receiver.js'
import {noNamespaces} from '../../support/namespaces.js'
import {form} from '../../support/sandbox.js'
import {tempDir} from '../../support/temp-dir.js'

/** How a webhook, and with it each channel of HTTP, meets the faults of networks and receivers: in either runtime. */

const send = channelsOfForm()

const webhook = (url: string, more: object = {}): ChannelSettings => ({
  ...{type: 'webhook', url, method: 'POST', headers: {}, secrets: [], timeoutMs: 20_000},
  ...more,
})
const transient = (reason: unknown) => ({ok: false, failure: 'transient', reason})
const permanent = (reason: unknown) => ({ok: false, failure: 'permanent', reason})

describe('a receiver', () => {
  test.each([200, 201, 204])('that answers %i has the message', async (status) => {
    const {url, received} = await startReceiver(answering(status))
    expect(await send(webhook(url))).toEqual({ok: true, receipt: {}})
    expect(received).toHaveLength(1)
  })

  test('that refuses the connection may take it later', async () => {
    const host = `127.0.0.1:${await closedPort()}`
    expect(await send(webhook(`http://${host}`))).toEqual(
      transient(`${host} refuses the connection; does it run there?`),
    )
  })

  test('whose name is not known is named', async () => {
    // A name server that is far or busy is asked more than once.
    expect(await send(webhook('http://no-such-host.invalid/', {timeoutMs: 50_000}))).toEqual(
      transient('the name of no-such-host.invalid cannot be resolved'),
    )
  })

  test.skipIf(noNamespaces)('whose name server never answers is given up in time', async () => {
    const silent = createSocket('udp4')
    // Whoever runs this test at the same time has another address.
    const address = `127.77.${(process.pid >> 8) & 255}.${process.pid & 255}`
    await new Promise<void>((resolve) => silent.bind(53, address, resolve))
    onTestFinished(() => void silent.close())
    const path = join(tempDir(), 'resolv.conf')
    writeFileSync(path, `nameserver ${address}\noptions timeout:2 attempts:1\n`)
    const mounts = `mount --bind '${path}' /etc/resolv.conf`
    expect(await send(webhook('http://hooks.example/', {timeoutMs: 500}), {mounts})).toEqual(
      transient('hooks.example gave no answer within 500ms'),
    )
  })

  test('that has a fault of its own may take it later, when it says', async () => {
    const {url, port} = await startReceiver(answering(500, 'out of order'))
    expect(await send(webhook(url))).toEqual(transient(`127.0.0.1:${port} answered 500: out of order`))
    const busy = await startReceiver(answering(429, '', {'retry-after': '7'}))
    expect(await send(webhook(busy.url))).toEqual({
      ...transient(`127.0.0.1:${busy.port} answered 429`),
      retryAfterMs: 7000,
    })
    const atDate = await startReceiver(
      answering(503, '', {'retry-after': new Date(Date.now() + 100_000).toUTCString()}),
    )
    const {retryAfterMs} = (await send(webhook(atDate.url))) as {readonly retryAfterMs: number}
    expect(retryAfterMs).toBeGreaterThan(60_000)
    expect(retryAfterMs).toBeLessThanOrEqual(100_000)
  })

  test('that refuses the message will not take it later', async () => {
    const {url, port} = await startReceiver(answering(404, 'no such hook'))
    expect(await send(webhook(url))).toEqual(permanent(`127.0.0.1:${port} answered 404: no such hook`))
  })

  test('that redirects is not followed, not even to itself', async () => {
    const other = await startReceiver(answering(200))
    const {url, port} = await startReceiver(answering(307, '', {location: `${other.url}/elsewhere?token=abc`}))
    expect(await send(webhook(url))).toEqual(
      permanent(
        `127.0.0.1:${port} redirects to 127.0.0.1:${other.port}, which is not followed; put the final address into the settings`,
      ),
    )
    expect(other.received).toEqual([])
  })

  test('that hangs before it reads the request is given up in time', async () => {
    const {url, port} = await startReceiver(() => undefined, {early: () => false})
    expect(await send(webhook(url, {timeoutMs: 500}))).toEqual(
      transient(`127.0.0.1:${port} gave no answer within 500ms`),
    )
  })

  test('that hangs after it has read the request is given up in time', async () => {
    const {url, port, received} = await startReceiver(() => undefined)
    // Long enough for the request to arrive on a busy machine.
    expect(await send(webhook(url, {timeoutMs: 3000}))).toEqual(transient(`127.0.0.1:${port} gave no answer within 3s`))
    expect(received).toHaveLength(1)
  })

  test('that sends its answer byte by byte is given up in time', async () => {
    const {url, port} = await startReceiver((_, response) => {
      const timer = setInterval(() => response.write('.'), 20)
      response.on('close', () => clearInterval(timer))
    })
    expect(await send(webhook(url, {timeoutMs: 700}))).toEqual(
      transient(`127.0.0.1:${port} gave no answer within 700ms`),
    )
  })

  test('that answers without end is read for 64 KiB', async () => {
    let written = 0
    const {url} = await startReceiver((_, response) => {
      const more = () => {
        written += 16_384
        if (response.write('x'.repeat(16_384))) setImmediate(more)
        else response.once('drain', more)
      }
      response.writeHead(200)
      more()
    })
    expect(await send(webhook(url))).toEqual({ok: true, receipt: {}})
    expect(written).toBeGreaterThanOrEqual(65_536)
  })

  test('that does not speak HTTP is said to do so', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined).end('220 mail.example ESMTP\r\n'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const {port} = server.address() as AddressInfo
    expect(await send(webhook(`http://127.0.0.1:${port}/`))).toEqual(
      transient(`127.0.0.1:${port} does not answer as an HTTP server does; are port and scheme right?`),
    )
  })

  test('that closes the connection gets the message once and may take it later', async () => {
    const {url, port, received} = await startReceiver((_, __, socket) => void socket.resetAndDestroy())
    expect(await send(webhook(url))).toEqual(transient(`127.0.0.1:${port} closed the connection without an answer`))
    expect(received).toHaveLength(1)
  })

  test('is left alone as soon as the attempt is ended', async () => {
    const {url, port} = await startReceiver(() => undefined)
    const begun = performance.now()
    expect(await send(webhook(url, {timeoutMs: 30_000}), {abortAfterMs: 200})).toEqual(
      transient(`the attempt at 127.0.0.1:${port} was ended`),
    )
    expect(performance.now() - begun).toBeLessThan(20_000)
  })
})

describe('a request', () => {
  test('to a port of another protocol is not made by Node, and by bun like any other', async () => {
    const ofNode = permanent('the request to 127.0.0.1:1 cannot be made: fetch does not use this port')
    const ofBun = transient('127.0.0.1:1 refuses the connection; does it run there?')
    expect(await send(webhook('http://127.0.0.1:1/'))).toEqual(form === 'node' ? ofNode : ofBun)
  })

  test('to an address that is none is never made', async () => {
    const none = permanent('the address is not a URL')
    expect(await send(webhook('hooks.example.com/x'))).toEqual(none)
    expect(await send({type: 'ping', url: 'nowhere', timeoutMs: 1000})).toEqual(none)
  })

  test('with a header that is none is not made, and its value is not told', async () => {
    const {url, received} = await startReceiver(answering(200))
    const outcome = await send(webhook(url, {headers: {'x-key': 'hunter2\nhunter3'}}))
    expect(outcome).toMatchObject(
      permanent(expect.stringContaining('one of its headers or its address is not allowed')),
    )
    expect(JSON.stringify(outcome)).not.toContain('hunter')
    expect(received).toEqual([])
  })

  test('without a secret of this process is not made, and waits for a process that has it', async () => {
    const {url, received} = await startReceiver(answering(200))
    const settings = webhook(url, {headers: {authorization: {env: 'NO_SUCH_SECRET'}}})
    expect(await send(settings)).toEqual({
      ...{ok: false, failure: 'deferred'},
      reason: 'channels.ops.headers.authorization: the environment variable NO_SUCH_SECRET is not set',
    })
    expect(await send(webhook('', {url: {file: '/no/such/file'}}))).toMatchObject({failure: 'deferred'})
    expect(await send(webhook('', {url: {env: 'EMPTY'}}), {env: {EMPTY: ' '}})).toMatchObject({failure: 'deferred'})
    expect(received).toEqual([])
  })

  test('that fails is told without the secrets of the channel', async () => {
    const echo = await startReceiver(({headers, path}, response) => {
      response
        .writeHead(400)
        .end(`bad ${headers['x-own']} at ${path} and ${encodeURIComponent(String(headers['x-own']))}`)
    })
    const outcome = await send(webhook('', {url: {env: 'HOOK'}, headers: {'x-own': {env: 'OWN'}}}), {
      env: {HOOK: `${echo.url}/hooks/k3y-in-the-path`, OWN: 'a very/own secret'},
    })
    expect(outcome).toEqual(permanent(`127.0.0.1:${echo.port} answered 400: bad *** at /hooks/*** and ***`))
  })
})

describe.skipIf(!hasOpenssl)('a certificate', () => {
  let made: Certificates
  let dir: string
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'guard-certificates-'))
    made = makeCertificates(dir)
  })
  afterAll(() => rmSync(dir, {recursive: true, force: true}))

  const unknown = 'is not signed by a known authority; name that one with `ca`'

  test('of the authority that the channel names is accepted, and no other', async () => {
    const right = await startReceiver(answering(200), {tls: made.right})
    expect(await send(webhook(right.url, {ca: made.ca}))).toEqual({ok: true, receipt: {}})
    expect(await send(webhook(right.url))).toEqual(transient(`the certificate of localhost:${right.port} ${unknown}`))
    const selfSigned = await startReceiver(answering(200), {tls: made.selfSigned})
    expect(await send(webhook(selfSigned.url, {ca: made.ca}))).toEqual(
      transient(`the certificate of localhost:${selfSigned.port} ${unknown}`),
    )
  })

  test('that has expired is refused', async () => {
    const {url, port} = await startReceiver(answering(200), {tls: made.expired})
    expect(await send(webhook(url, {ca: made.ca}))).toEqual(
      transient(`the certificate of localhost:${port} has expired`),
    )
  })

  test('for another name is refused', async () => {
    const {url, port} = await startReceiver(answering(200), {tls: made.otherName})
    expect(await send(webhook(url, {ca: made.ca}))).toEqual(
      transient(`the certificate of localhost:${port} is for another name`),
    )
  })

  test('is checked whatever the environment says', async () => {
    const {url, port, received} = await startReceiver(answering(200), {tls: made.selfSigned})
    expect(await send(webhook(url), {env: {NODE_TLS_REJECT_UNAUTHORIZED: '0'}})).toEqual(
      transient(`the certificate of localhost:${port} ${unknown}`),
    )
    expect(received).toEqual([])
  })

  test('is checked behind a proxy too', async () => {
    const proxy = await startProxy()
    const right = await startReceiver(answering(200), {tls: made.right})
    expect(await send(webhook(right.url, {ca: made.ca, proxy: proxy.url}))).toEqual({ok: true, receipt: {}})
    expect(await send(webhook(right.url, {proxy: proxy.url}))).toEqual(
      transient(`the certificate of localhost:${right.port} through the proxy 127.0.0.1:${proxy.port} ${unknown}`),
    )
    expect(proxy.asked).toEqual([`CONNECT localhost:${right.port}`, `CONNECT localhost:${right.port}`])
    expect(right.received).toHaveLength(1)
  })

  test('file that is not there keeps the message for later', async () => {
    const {url} = await startReceiver(answering(200))
    expect(await send(webhook(url, {ca: `${dir}/none.pem`}))).toMatchObject({failure: 'deferred'})
    expect(readFileSync(made.ca, 'utf8')).toContain('BEGIN CERTIFICATE')
  })
})

describe('a proxy', () => {
  test('of the channel is used, with its login', async () => {
    const proxy = await startProxy()
    const {url, received} = await startReceiver(answering(200))
    const login = proxy.url.replace('http://', 'http://user:pa%3Ass@')
    expect(await send(webhook(url, {proxy: {env: 'OWN_PROXY'}}), {env: {OWN_PROXY: login}})).toEqual({
      ok: true,
      receipt: {},
    })
    expect(received).toHaveLength(1)
    expect(proxy.asked).toHaveLength(1)
    expect(proxy.logins).toEqual([`Basic ${Buffer.from('user:pa:ss').toString('base64')}`])
  })

  test('of the channel is used whatever the environment excepts from it', async () => {
    const proxy = await startProxy()
    const {url} = await startReceiver(answering(200))
    const env = {NO_PROXY: '127.0.0.1', no_proxy: '*'}
    expect(await send(webhook(url, {proxy: proxy.url}), {env})).toEqual({ok: true, receipt: {}})
    expect(proxy.asked).toHaveLength(1)
  })

  test('that refuses, or is not there, is named', async () => {
    const proxy = await startProxy({refuses: true})
    const settings = (port: number) => webhook('https://localhost:49152/x', {proxy: `http://127.0.0.1:${port}`})
    expect(await send(settings(proxy.port))).toEqual(
      transient(`no connection to localhost:49152 through the proxy 127.0.0.1:${proxy.port}: the proxy refuses it`),
    )
    const port = await closedPort()
    expect(await send(settings(port))).toMatchObject(
      transient(expect.stringContaining(`through the proxy 127.0.0.1:${port} refuses the connection`)),
    )
  })

  test('of the environment is not used', async () => {
    const proxy = await startProxy()
    const {url, received} = await startReceiver(answering(200))
    const names = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'ALL_PROXY', 'all_proxy']
    const env = {NODE_USE_ENV_PROXY: '1', ...Object.fromEntries(names.map((name) => [name, proxy.url]))}
    expect(await send(webhook(url), {env})).toMatchObject({ok: true})
    expect({asked: proxy.asked, received: received.length}).toEqual({asked: [], received: 1})
  })
})
