import {createServer, type RequestListener} from 'node:http'
import type {AddressInfo} from 'node:net'
import {expect, onTestFinished, test} from 'vitest'
import {probeGateway} from '../../../src/system/openclaw/probe-gateway.js'

async function gateway(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const saying = (bodies: Readonly<Record<string, string>>): RequestListener => {
  return (request, response) => response.end(bodies[request.url ?? ''])
}
const live = '{"ok":true,"status":"live"}'

test.each([
  ['ready', {'/healthz': live, '/readyz': '{"ready":true,"failing":[]}'}],
  ['not-ready', {'/healthz': live, '/readyz': '{"ready":false,"failing":["cron"]}'}],
  ['not-ready', {'/healthz': live, '/readyz': 'draining'}],
  ['unclear', {'/healthz': '<!doctype html><title>OpenClaw</title>'}],
  ['unclear', {'/healthz': 'null'}],
  ['unclear', {'/healthz': `"${'x'.repeat(200_000)}"`}],
])('a gateway is %s', async (health, bodies) => {
  expect(await probeGateway(await gateway(saying(bodies)))).toBe(health)
})

test('a gateway that accepts the connection and does not answer hangs', async () => {
  expect(await probeGateway(await gateway(() => undefined))).toBe('hung')
})

test('where nothing listens the gateway is down', async () => {
  expect(await probeGateway('http://127.0.0.1:9')).toBe('down')
})
