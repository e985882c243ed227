import {once} from 'node:events'
import {createServer, get, type IncomingMessage} from 'node:http'
import type {AddressInfo} from 'node:net'
import {expect, onTestFinished, test} from 'vitest'
import {type Change, EventStreams} from '../../src/http/event-streams.js'

/** A feed whose journal grows as the test has it, and a server whose only answer is its stream. */
async function streamsOf(journals: readonly string[]) {
  let position = 0
  const watchers = new Set<() => void>()
  const feed = {
    position: () => `runs.1.${position}`,
    changesSince: (since: string): Change => ({journals, jobs: [`since ${since}`]}),
    watch: (changed: () => void) => {
      watchers.add(changed)
      return () => void watchers.delete(changed)
    },
  }
  const streams = new EventStreams({feed, nowMs: () => 0})
  const server = createServer((request, response) => {
    streams.open(response, {}, request.headers['last-event-id'] as string | undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const {port} = server.address() as AddressInfo
  return {
    watchers,
    grow: () => {
      position += 1
      for (const changed of watchers) changed()
    },
    open: async (lastEventId?: string): Promise<IncomingMessage> => {
      const headers = lastEventId === undefined ? {} : {'last-event-id': lastEventId}
      const [response] = (await once(get({host: '127.0.0.1', port, headers, agent: false}), 'response')) as [
        IncomingMessage,
      ]
      response.on('error', () => undefined)
      return response
    },
  }
}

/** More than the kernel keeps for a connection. */
const events = 1500

test('a reader that does not read is dropped, goes on where it was, and does not hold up the others', async () => {
  const {grow, open, watchers} = await streamsOf(['x'.repeat(10_000)])
  const [slow, quick] = [await open(), await open()]
  slow.pause()
  let heard = ''
  quick.on('data', (piece: Buffer) => (heard = heard.slice(-30_000) + piece.toString()))
  for (let count = 1; count <= events; count++) {
    grow()
    while (!heard.includes(`id: runs.1.${count}\nevent: changed`)) await once(quick, 'data')
  }
  const closed = new Promise((resolve) => slow.once('close', resolve))
  let bytes = 0
  slow.on('data', (piece: Buffer) => (bytes += piece.length))
  slow.resume()
  await closed
  expect(slow.complete).toBe(false)
  expect(bytes).toBeLessThan(events * 10_000)
  expect(watchers.size).toBe(1)
  const again = await open('runs.1.1')
  const [piece] = (await once(again, 'data')) as [Buffer]
  expect(piece.toString()).toMatch(/^retry: 2000\nid: runs\.1\.\d+\n\n/)
})

test('a position that has not changed is not an event', async () => {
  const {open, watchers, grow} = await streamsOf(['runs'])
  const stream = await open()
  let text = ''
  stream.on('data', (piece: Buffer) => (text += piece.toString()))
  for (const changed of watchers) changed()
  grow()
  await expect.poll(() => text).toContain('id: runs.1.1\nevent: changed')
  expect(text.match(/event: changed/g)).toHaveLength(1)
  expect(text).toContain('"jobs":["since runs.1.0"]')
})
