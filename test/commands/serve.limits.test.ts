import {readFileSync} from 'node:fs'
import type {Socket} from 'node:net'
import {describe, expect, test} from 'vitest'
import {leastMs, linear, repeated} from '../support/growth.js'
import {createSandbox, until} from '../support/sandbox.js'
import {goodKey, type Served, startServe} from '../support/serve.js'

const head = (line: string, {where}: Served, more = '') =>
  `${line} HTTP/1.1\r\nHost: ${new URL(where).host}\r\nX-Dash-Key: ${goodKey}\r\nContent-Type: application/json\r\n${more}`

interface Heard {
  readonly text: () => string
  readonly closed: Promise<unknown>
}

function hear(socket: Socket): Heard {
  const pieces: Buffer[] = []
  socket.on('data', (piece: Buffer) => pieces.push(piece))
  const closed = new Promise((resolve) => socket.once('close', resolve))
  return {text: () => Buffer.concat(pieces).toString(), closed}
}

/** Writes one byte a second until the other side ends it. */
async function drip(socket: Socket, text: string): Promise<void> {
  let ended = false
  socket.once('close', () => (ended = true))
  for (const letter of text) {
    if (ended) return
    socket.write(letter)
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

describe.concurrent('a client that is slow', () => {
  test('has 10 s for its headers', async () => {
    const served = await startServe(createSandbox())
    const socket = served.connect()
    const {text, closed} = hear(socket)
    const begun = Date.now()
    void drip(socket, head('GET /api/v1/jobs', served))
    await closed
    expect(text()).toMatch(/^HTTP\/1\.1 408 /)
    expect(Date.now() - begun).toBeGreaterThan(9000)
    expect(Date.now() - begun).toBeLessThan(20_000)
  })

  test('has 30 s for its request, while others are answered', async () => {
    const served = await startServe(createSandbox())
    const socket = served.connect()
    const {closed} = hear(socket)
    const begun = Date.now()
    socket.write(head('POST /api/v1/silences', served, 'Content-Length: 1000\r\n\r\n'))
    void drip(socket, '{'.repeat(60))
    expect((await served.ask('/api/v1/jobs')).status).toBe(200)
    await closed
    expect(Date.now() - begun).toBeGreaterThan(28_000)
    expect(Date.now() - begun).toBeLessThan(45_000)
    expect((await served.ask('/api/v1/silences')).json).toEqual({silences: []})
  })
})

describe('a body of 1 GiB', () => {
  const gibibyte = 2 ** 30
  const piece = Buffer.alloc(2 ** 20, 'x')

  test.each([
    ['announced', 'POST /api/v1/silences', `Content-Length: ${gibibyte}\r\n\r\n`, 413],
    ['in chunks', 'POST /api/v1/silences', 'Transfer-Encoding: chunked\r\n\r\n', 413],
    ['announced for a question', 'GET /api/v1/jobs', `Content-Length: ${gibibyte}\r\n\r\n`, 413],
    ['in chunks for a question', 'GET /api/v1/jobs', 'Transfer-Encoding: chunked\r\n\r\n', 200],
    ['announced with a wrong type', 'POST /nothing', `Content-Length: ${gibibyte}\r\n\r\n`, 413],
  ])('%s is not read: its connection ends soon and takes no memory', async (_, line, more, status) => {
    const served = await startServe(createSandbox())
    const before = rssOf(served.pid)
    const socket = served.connect()
    const {text, closed} = hear(socket)
    let over = false
    void closed.then(() => (over = true))
    socket.write(head(line, served, more))
    let sent = 0
    while (!over && sent < gibibyte) {
      if (more.includes('chunked')) socket.write(`${piece.length.toString(16)}\r\n`)
      const hasRoom = socket.write(piece)
      if (more.includes('chunked')) socket.write('\r\n')
      if (!hasRoom) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed])
      sent += piece.length
    }
    await closed
    expect(text() === '' || text().startsWith(`HTTP/1.1 ${status} `)).toBe(true)
    expect(sent).toBeLessThan(gibibyte / 4)
    expect(rssOf(served.pid) - before).toBeLessThan(64 * 1024)
    expect((await served.ask('/livez')).status).toBe(200)
  })

  test('is refused with its reason, if the client listens', async () => {
    const served = await startServe(createSandbox())
    const asked = {method: 'POST', body: 'x'.repeat(64 * 1024 + 1), headers: {'content-type': 'application/json'}}
    const {status, json, headers} = await served.ask('/api/v1/silences', asked)
    expect({status, json}).toMatchObject({status: 413, json: {error: {kind: 'too-large'}}})
    expect(headers.connection).toBe('close')
  })
})

test('of more than 256 connections the others are closed, and one that is served stays', async () => {
  const served = await startServe(createSandbox())
  const first = served.connect()
  const {text} = hear(first)
  // A client is connected before the server has seen it: only an answer says that it is there.
  first.write(head('GET /api/v1/events', served, '\r\n'))
  await until(() => text().includes('HTTP/1.1 200'), 'the first connection is answered')
  const sockets = Array.from({length: 300}, () => served.connect())
  let closed = 0
  for (const socket of sockets) socket.once('close', () => closed++)
  // Bun takes one more now and then.
  await until(() => closed >= 44, 'connections beyond the limit are closed')
  expect(first.closed).toBe(false)
  for (const socket of sockets) socket.destroy()
  await expect
    .poll(async () => (await served.ask('/livez').catch(() => undefined))?.status, {timeout: 10_000})
    .toBe(200)
})

test.each([
  ['garbage', '\0\u0001\u0002\r\n\r\n'],
  ['another protocol', 'SSH-2.0-OpenSSH_9\r\n'],
  ['a folded header', 'GET / HTTP/1.1\r\nHost: x\r\n y\r\n\r\n'],
  ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
  [
    'a length and chunks',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['long headers', `GET / HTTP/1.1\r\nHost: x\r\nA: ${'x'.repeat(40_000)}\r\n\r\n`],
  ['no host', 'GET /api/v1/jobs HTTP/1.1\r\n\r\n'],
  ['an empty host', 'GET /api/v1/jobs HTTP/1.1\r\nHost:\r\n\r\n'],
  ['no host of long ago', 'GET /api/v1/jobs HTTP/1.0\r\n\r\n'],
])('%s is refused and does no harm', async (_, bytes) => {
  const served = await startServe(createSandbox())
  const socket = served.connect()
  const {text, closed} = hear(socket)
  socket.write(bytes)
  await Promise.race([closed, until(() => text().includes('HTTP/1.1 4'), 'it is refused')])
  expect(text()).toMatch(/^HTTP\/1\.1 4\d\d /)
  expect((await served.ask('/api/v1/jobs')).status).toBe(200)
  served.kill('SIGTERM')
  expect(await served.ended).toMatchObject({code: 0, stderr: ''})
})

test('with TERM what is left of requests is closed after 5 s', async () => {
  const served = await startServe(createSandbox())
  const socket = served.connect()
  const {closed} = hear(socket)
  socket.write(head('POST /api/v1/silences', served, 'Content-Length: 100\r\n\r\n{'))
  expect((await served.ask('/livez')).status).toBe(200)
  const begun = Date.now()
  served.kill('SIGTERM')
  await closed
  expect(await served.ended).toMatchObject({code: 0})
  expect(Date.now() - begun).toBeGreaterThan(4500)
  expect(Date.now() - begun).toBeLessThan(20_000)
})

function rssOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}

test.each(['password', 'eyJ-', 'x://a:', '--token-'])(
  'a line of %j again and again is masked in time proportional to its length',
  async (piece) => {
    const box = createSandbox()
    box.write('.guardianrc.yaml', 'jobs: {short: {command: [cat, short.txt]}, long: {command: [cat, long.txt]}}\n')
    const lengths = {short: 128 * 1024, long: 512 * 1024}
    for (const [name, length] of Object.entries(lengths)) box.write(`${name}.txt`, repeated(piece)(length))
    for (const name of Object.keys(lengths)) await box.guard('run', name)
    const served = await startServe(box)
    const timeOf = async (job: string) => {
      const begun = performance.now()
      expect((await served.ask(`/api/v1/jobs/${job}/output`)).status).toBe(200)
      return performance.now() - begun
    }
    let [short, long] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    for (let left = 8; left > 0 && !(long < linear * Math.max(short, leastMs)); left--) {
      short = Math.min(short, await timeOf('short'))
      long = Math.min(long, await timeOf('long'))
    }
    expect(long).toBeLessThan(linear * Math.max(short, leastMs))
  },
)
