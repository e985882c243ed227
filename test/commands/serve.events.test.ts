import {readdirSync, readFileSync} from 'node:fs'
import {get, type IncomingMessage} from 'node:http'
import {describe, expect, onTestFinished, test} from 'vitest'
import {createSandbox, until} from '../support/sandbox.js'
import {goodKey, type Served, startServe} from '../support/serve.js'

interface Event {
  readonly id: string
  readonly data: {readonly journals: string[]; readonly jobs?: string[]} | undefined
}

interface Stream {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  text(): string
  events(): Event[]
  readonly closed: Promise<void>
  close(): void
}

function open({where}: Served, lastEventId?: string): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const headers = {'x-dash-key': goodKey, ...(lastEventId !== undefined && {'last-event-id': lastEventId})}
    const request = get(`${where}/api/v1/events`, {headers, agent: false}, (response) => {
      let text = ''
      response.on('data', (piece: Buffer) => (text += piece.toString()))
      response.on('error', () => undefined)
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        text: () => text,
        events: () => eventsOf(text),
        closed: new Promise((close) => response.once('close', close)),
        close: () => request.destroy(),
      })
    })
    request.on('error', reject)
    onTestFinished(() => void request.destroy())
  })
}

function eventsOf(text: string): Event[] {
  const whole = text.split('\n\n').slice(0, -1)
  return whole.flatMap((block) => {
    const [, id] = /^id: (.*)$/m.exec(block) ?? []
    const [, data] = /^data: (.*)$/m.exec(block) ?? []
    return id === undefined ? [] : [{id, data: data === undefined ? undefined : (JSON.parse(data) as Event['data'])}]
  })
}

const changed = (stream: Stream) => stream.events().filter(({data}) => data)

describe('events', () => {
  test('tell which journals have grown, and of which jobs', async () => {
    const box = createSandbox()
    const served = await startServe(box)
    const stream = await open(served)
    expect(stream.headers).toMatchObject({'content-type': 'text/event-stream', 'cache-control': 'no-store'})
    await until(() => stream.events().length === 1, 'the stream begins with its position')
    await box.guard('run', '--job', 'backup', '--', 'true')
    const isTold = (journal: string) =>
      changed(stream).some(({data}) => data?.journals.includes(journal) && data.jobs?.includes('backup'))
    await until(() => isTold('runs') && isTold('leases'), 'the run is told')
    const ids = stream.events().map(({id}) => id)
    expect(ids.at(-1)).toMatch(/^leases\.1\.\d+,runs\.1\.\d+$/)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('go on after the last one that a reader has, and after a compaction name no job', async () => {
    const box = createSandbox()
    await box.guard('run', '--job', 'first', '--', 'true')
    const served = await startServe(box)
    const early = await open(served)
    await until(() => early.events().length === 1, 'the stream begins')
    const [{id = ''} = {}] = early.events()
    early.close()
    await box.guard('run', '--job', 'second', '--', 'true')
    const later = await open(served, id)
    await until(() => changed(later).length === 1, 'what was missed is told')
    expect(changed(later)[0]?.data).toMatchObject({journals: ['leases', 'runs'], jobs: ['second']})
    const same = await open(served, later.events()[0]?.id)
    await until(() => same.events().length === 1, 'the stream begins')
    for (let count = 0; count < 3; count++)
      await box.guardWith({env: {GUARD_COMPACT_BYTES: '500'}}, 'run', '--job', 'third', '--', 'true')
    const old = await open(served, id)
    await until(() => changed(old).length >= 1, 'what was missed is told')
    expect(changed(old)[0]?.data).toMatchObject({journals: expect.arrayContaining(['leases']) as unknown})
    expect(changed(old)[0]?.data?.jobs).toBeUndefined()
  })

  test.each([['nonsense'], ['runs.1.5,'.repeat(200)], ['../../etc.1.1'], ['runs.999999999.1']])(
    'begin again for a reader with the id %s',
    async (id) => {
      const box = createSandbox()
      await box.guard('run', '--job', 'first', '--', 'true')
      const stream = await open(await startServe(box), id)
      await until(() => changed(stream).length === 1, 'all journals are told')
      expect(changed(stream)[0]?.data?.journals).toEqual(expect.arrayContaining(['leases', 'runs']))
    },
  )

  test('have at most 32 readers, who share one watch; more are asked to come again', async () => {
    const served = await startServe(createSandbox())
    const streams = await Promise.all(Array.from({length: 40}, () => open(served)))
    const [heard, refused] = [200, 503].map((code) => streams.filter(({status}) => status === code))
    expect([heard?.length, refused?.length]).toEqual([32, 8])
    expect(Number(refused?.[0]?.headers['retry-after'])).toBeGreaterThan(0)
    expect((await served.ask('/api/v1/jobs')).status).toBe(200)
    expect(watchesOf(served.pid)).toBe(2)
    heard?.[0]?.close()
    await expect.poll(async () => (await open(served)).status, {timeout: 10_000}).toBe(200)
    for (const stream of streams) stream.close()
  })

  test('are not an answer to HEAD, which has headers alone and takes no place of a reader', async () => {
    const served = await startServe(createSandbox())
    for (let count = 0; count < 40; count++) {
      const {status, headers, text} = await served.ask('/api/v1/events', {method: 'HEAD'})
      expect({status, type: headers['content-type'], text}).toEqual({status: 200, type: 'text/event-stream', text: ''})
    }
    expect(watchesOf(served.pid)).toBe(0)
    expect((await open(served)).status).toBe(200)
  })

  test('cost no watch while nobody reads', async () => {
    const served = await startServe(createSandbox())
    const stream = await open(served)
    await until(() => watchesOf(served.pid) === 2, 'the journals are watched')
    stream.close()
    await until(() => watchesOf(served.pid) === 0, 'the watch ends with its last reader')
  })

  test('send a comment every 15 s, and tell of a state directory that was moved away and is back', async () => {
    const box = createSandbox()
    const served = await startServe(box)
    await box.guard('run', '--job', 'first', '--', 'true')
    const begun = Date.now()
    const stream = await open(served)
    await until(() => stream.events().length === 1, 'the stream begins')
    await box.sh('mv state elsewhere')
    await until(() => changed(stream).length >= 1, 'the journals are gone')
    const before = changed(stream).length
    await box.sh('mv elsewhere state')
    await until(() => changed(stream).length > before, 'the journals are back')
    await box.guard('run', '--job', 'second', '--', 'true')
    await until(() => changed(stream).some(({data}) => data?.jobs?.includes('second')), 'the next run is told')
    await until(() => stream.text().includes(': still here'), 'the comment', 20_000)
    expect(Date.now() - begun).toBeGreaterThan(14_000)
  })

  test('end with TERM before the requests do, and guard with them', async () => {
    const served = await startServe(createSandbox())
    const streams = await Promise.all([open(served), open(served)])
    served.kill('SIGTERM')
    await Promise.all(streams.map(({closed}) => closed))
    expect(await served.ended).toMatchObject({code: 0, stderr: ''})
  })
})

/** How many folders a process watches. */
function watchesOf(pid: number): number {
  const infos = readdirSync(`/proc/${pid}/fdinfo`).map((name) => {
    try {
      return readFileSync(`/proc/${pid}/fdinfo/${name}`, 'utf8')
    } catch {
      return ''
    }
  })
  return infos.join('\n').match(/^inotify wd:/gm)?.length ?? 0
}
