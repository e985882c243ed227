import {once} from 'node:events'
import {readFileSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {processes, readProc} from '../support/processes.js'
import {createSandbox, filesIn, type Sandbox} from '../support/sandbox.js'
import {type Answer, exchange, goodKey, type Served, startServe, targetOf} from '../support/serve.js'

const reads = [
  '/api/v1/jobs',
  '/api/v1/jobs/backup',
  '/api/v1/jobs/backup/output',
  '/api/v1/events',
  '/api/v1/openapi.json',
  '/api/health/detailed',
  '/metrics',
]
const json = {'content-type': 'application/json'}
const silence = JSON.stringify({job: 'backup', for: '1h', reason: 'test'})

function boxWithJob(): Sandbox {
  const box = createSandbox()
  box.write('.guardianrc.yaml', 'jobs: {backup: {command: ["true"], breaker: {target: store}}}\n')
  return box
}

/** Asks without the key. */
function stranger({where}: Served, path: string, asked: Parameters<typeof exchange>[2] = {}): Promise<Answer> {
  return exchange(targetOf(where), path, asked)
}

const tryToSilence = (served: Served, headers: Readonly<Record<string, string>>) =>
  stranger(served, '/api/v1/silences', {method: 'POST', headers, body: silence})

describe('the key', () => {
  test('is needed for each question over TCP, in its header alone', async () => {
    const served = await startServe(boxWithJob())
    for (const path of reads) {
      expect({path, status: (await stranger(served, path)).status}).toEqual({path, status: 401})
      const elsewhere = {authorization: `Bearer ${goodKey}`, cookie: `key=${goodKey}`}
      const {status, headers} = await stranger(served, `${path}?key=${goodKey}`, {headers: elsewhere})
      expect({path, status, ask: headers['www-authenticate']}).toEqual({path, status: 401, ask: 'DashKey'})
    }
    expect((await stranger(served, '/')).status).toBe(200)
    expect((await stranger(served, '/api/v1/session')).json).toEqual({
      ...{readOnly: false, needsKey: true, readsNeedKey: true, keyAccepted: false, schedulerAvailable: true},
    })
  })

  test('is needed for changes where reading needs none', async () => {
    const served = await startServe(boxWithJob(), ['--public-reads'])
    expect((await stranger(served, '/api/v1/jobs')).status).toBe(200)
    expect((await stranger(served, '/api/v1/session')).json).toMatchObject({readsNeedKey: false, keyAccepted: false})
    expect((await tryToSilence(served, json)).status).toBe(401)
    expect((await tryToSilence(served, {...json, 'x-dash-key': goodKey})).status).toBe(201)
  })

  test.each([
    ['another one', 'correct-horse-battery-stapla'],
    ['the beginning of it', goodKey.slice(0, -1)],
    ['more than it', `${goodKey}x`],
    ['nothing', ''],
    ['a long one', 'x'.repeat(8000)],
  ])('is wrong if it is %s', async (_, key) => {
    const served = await startServe(boxWithJob())
    const {status, json: answer} = await stranger(served, '/api/v1/jobs', {headers: {'x-dash-key': key}})
    expect({status, answer}).toMatchObject({status: 401, answer: {error: {kind: 'key-wrong'}}})
  })

  test('is not looked at any more after ten wrong ones in a minute, also where only the session is asked', async () => {
    const served = await startServe(boxWithJob())
    expect((await served.ask('/api/v1/jobs')).status).toBe(200)
    const guess = (path: string) => stranger(served, path, {headers: {'x-dash-key': 'a wrong guess of a key'}})
    const begun = performance.now()
    // The rest of the minute, which began with the first guess.
    const leastWait = () => 58 - (performance.now() - begun) / 1000
    for (let count = 0; count < 5; count++) {
      expect((await guess('/api/v1/jobs')).status).toBe(401)
      expect((await guess('/api/v1/session')).json).toMatchObject({keyAccepted: false})
    }
    const blocked = await guess('/api/v1/jobs')
    expect(blocked).toMatchObject({status: 429, json: {error: {kind: 'too-many-failures'}}})
    expect(Number(blocked.headers['retry-after'])).toBeGreaterThan(leastWait())
    expect((await served.ask('/api/v1/jobs')).status).toBe(429)
    const session = await served.ask('/api/v1/session')
    expect(session).toMatchObject({status: 429, json: {error: {kind: 'too-many-failures'}}})
    expect(Number(session.headers['retry-after'])).toBeGreaterThan(leastWait())
    expect((await stranger(served, '/api/v1/session')).json).toMatchObject({keyAccepted: false, readsNeedKey: true})
    expect((await stranger(served, '/livez')).status).toBe(200)
  })

  test('stands in no log, no argument and no answer, and no job inherits it', async () => {
    const box = boxWithJob()
    const served = await startServe(box, [], {env: {GUARD_DEBUG: '1'}})
    const wrong = 'not-the-key-but-secret-too'
    await served.post('/api/v1/silences', {job: goodKey.slice(0, 3), for: '1h', reason: 'test'})
    const answers = [
      await stranger(served, `/api/v1/jobs?key=${goodKey}`, {headers: {'x-dash-key': wrong}}),
      await served.ask('/api/v1/jobs/none'),
      await served.post('/api/v1/silences', {}, {headers: {origin: 'http://evil.example'}, isUnchecked: true}),
      await served.ask('/metrics'),
      await served.ask('/nothing'),
    ]
    const arguments_ = readFileSync(`/proc/${served.pid}/cmdline`, 'latin1')
    const children = processes().map(({pid}) => readProc(pid, 'cmdline'))
    served.kill('SIGTERM')
    const {stdout, stderr} = await served.ended
    const files = filesIn(box.stateDir).flatMap((file) => {
      try {
        return readFileSync(`${box.stateDir}/${file}`, 'utf8')
      } catch {
        return []
      }
    })
    const said = [...answers.map((answer) => JSON.stringify(answer)), arguments_, ...children, stdout, stderr, ...files]
    expect(said.filter((text) => text.includes(goodKey) || text.includes(wrong))).toEqual([])
    expect(files.join()).toContain('serve: silence')
  })
})

describe('the names of the server', () => {
  const forged = (port: string) => [
    ...['127.0.0.1.evil.com', `127.0.0.1.evil.com:${port}`, 'evil.com', `evil.com:${port}`, '127.0.0.1', '127.0.0.1:1'],
    ...[`localhost.:${port}`, `127.0.0.1:1${port}`, 'null'],
    ...['*', `127.1:${port}`, `0x7f000001:${port}`, `127.0.0.1:${port}.evil.com`, `user@127.0.0.1:${port}`],
    ...[`127.0.0.1:${port}/`, `127.0.0.1 :${port}`, `${'a'.repeat(5000)}:${port}`],
  ]

  test('are compared exactly, for questions, events, the page and the probes', async () => {
    const served = await startServe(boxWithJob())
    const {port} = new URL(served.where)
    for (const path of [...reads, '/', '/livez', '/readyz', '/api/v1/session', '/nothing'])
      for (const host of forged(port)) {
        const {status, json: answer} = await served.ask(path, {headers: {host}, isUnchecked: true})
        expect({path, host, status, answer}).toMatchObject({status: 403, answer: {error: {kind: 'host-refused'}}})
      }
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LocalHost:${port}`, `[::1]:${port}`])
      expect((await served.ask('/api/v1/jobs', {headers: {host}})).status).toBe(200)
  })

  test('do not come from the address in the first line of a request', async () => {
    const served = await startServe(boxWithJob())
    const {host} = new URL(served.where)
    const ask = async (target: string, name: string) => {
      const socket = served.connect()
      socket.write(`GET ${target} HTTP/1.1\r\nHost: ${name}\r\nX-Dash-Key: ${goodKey}\r\nConnection: close\r\n\r\n`)
      const pieces: Buffer[] = []
      socket.on('data', (piece: Buffer) => pieces.push(piece))
      await once(socket, 'close')
      return Buffer.concat(pieces).toString().split('\r\n')[0]
    }
    expect(await ask(`http://${host}/api/v1/jobs`, 'evil.com')).toMatch(/ 40[03] /)
    expect(await ask('/api/v1/jobs', 'evil.com')).toMatch(/ 403 /)
    expect(await ask('/api/v1/jobs', host)).toMatch(/ 200 /)
  })

  test('can be more by --allow-host, with the port of the server or as they are', async () => {
    const served = await startServe(boxWithJob(), ['--allow-host', 'guard.example.org,other.example.org:8443'])
    const {port} = new URL(served.where)
    const statusFor = async (host: string) =>
      (await served.ask('/api/v1/jobs', {headers: {host}, isUnchecked: true})).status
    expect(await statusFor('guard.example.org')).toBe(200)
    expect(await statusFor(`guard.example.org:${port}`)).toBe(200)
    expect(await statusFor('other.example.org:8443')).toBe(200)
    expect(await statusFor('other.example.org')).toBe(403)
    expect(await statusFor('sub.guard.example.org')).toBe(403)
  })
})

describe('a change', () => {
  test('is refused for pages of other sites, and no page may read answers', async () => {
    const served = await startServe(boxWithJob())
    const {host, port} = new URL(served.where)
    const key = {...json, 'x-dash-key': goodKey}
    for (const origin of [
      ...['http://evil.com', 'null', '', `http://127.0.0.1.evil.com:${port}`, `http://localhost:${port}`],
      ...['http://127.0.0.1:1', `ftp://${host}`, `http://${host}/`],
    ]) {
      const {status, json: answer} = await tryToSilence(served, {...key, origin})
      expect({origin, status, answer}).toMatchObject({status: 403, answer: {error: {kind: 'origin-refused'}}})
    }
    const own = await tryToSilence(served, {...key, origin: `http://${host}`})
    expect(own.status).toBe(201)
    const preflight = await stranger(served, '/api/v1/silences', {
      method: 'OPTIONS',
      headers: {origin: 'http://evil.com', 'access-control-request-method': 'POST'},
    })
    expect(preflight.status).toBe(405)
    const read = await served.ask('/api/v1/jobs', {headers: {origin: 'http://evil.com'}})
    for (const {headers} of [own, preflight, read])
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json-patch+json',
    'text/plain; application/json',
    '',
  ])('is refused as %j', async (type) => {
    const served = await startServe(boxWithJob())
    const {status} = await tryToSilence(served, {'content-type': type, 'x-dash-key': goodKey})
    expect(status).toBe(415)
    expect((await served.ask('/api/v1/silences')).json).toEqual({silences: []})
  })

  test('takes JSON with its charset, and refuses what is none', async () => {
    const served = await startServe(boxWithJob())
    const key = {'x-dash-key': goodKey}
    const charset = await tryToSilence(served, {...key, 'content-type': 'Application/JSON; charset=utf-8'})
    expect(charset.status).toBe(201)
    for (const body of ['{', '[]', '"text"', 'null', '{"__proto__": {"reason": "x"}}']) {
      const {status} = await served.ask('/api/v1/silences', {method: 'POST', headers: json, body})
      expect({body, status}).toEqual({body, status: 400})
    }
  })

  test('has no route with --read-only', async () => {
    const served = await startServe(boxWithJob(), ['--read-only'])
    for (const path of ['/api/v1/silences', '/api/v1/breakers/store/reset', '/api/self-heal'])
      expect([404, 405]).toContain((await served.post(path)).status)
    const {paths} = (await served.ask('/api/v1/openapi.json')).json as {paths: Record<string, object>}
    expect(Object.values(paths).flatMap((operations) => Object.keys(operations))).not.toContain('post')
    expect((await served.ask('/api/v1/session')).json).toMatchObject({readOnly: true, keyAccepted: true})
  })
})

test('a name that no job could have is not known, whatever it is made of', async () => {
  const box = boxWithJob()
  box.write('secret', 'do not read')
  const served = await startServe(box)
  const names = [
    '%2e%2e%2f%2e%2e%2fsecret',
    '..%2fsecret',
    'a%00b',
    '%00',
    '%2f',
    '%ff%fe',
    '%',
    'a%20b',
    'x'.repeat(4000),
  ]
  for (const name of names) {
    for (const what of ['', '/why', '/runs', '/output']) {
      const {status, text} = await served.ask(`/api/v1/jobs/${name}${what}`)
      expect({name, what, status, text}).toMatchObject({status: 404, text: expect.not.stringContaining('do not read')})
    }
    expect((await served.post(`/api/v1/breakers/${name}/reset`)).status).toBe(404)
  }
  expect((await served.ask('/api/v1/jobs/backup')).status).toBe(200)
  const near = await served.ask('/api/v1/jobs/bakup')
  expect(near.json).toMatchObject({error: {hints: expect.arrayContaining(['did you mean backup?'])}})
})

test('each answer says that nothing of it may be framed, guessed, kept or read elsewhere', async () => {
  const served = await startServe(boxWithJob())
  for (const answer of [
    await served.ask('/api/v1/jobs'),
    await served.ask('/api/v1/jobs/none'),
    await stranger(served, '/api/v1/jobs'),
    await served.ask('/nothing'),
    await served.ask('/'),
  ])
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': expect.stringMatching(/^default-src 'none'; .*frame-ancestors 'none'/),
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    })
})
