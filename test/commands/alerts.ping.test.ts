import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {expect, onTestFinished, test} from 'vitest'
import {createSandbox, until} from '../support/sandbox.js'

/** A monitor as healthchecks.io, which refuses the first requests. */
async function monitor(refused = 0): Promise<{readonly url: string; readonly asked: string[]}> {
  const asked: string[] = []
  let left = refused
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.statusCode = left-- > 0 ? 500 : 200
    response.end('OK')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return {url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/check`, asked}
}

test('a job with a monitor tells it of the start and of the exit code of each run, under one id', async () => {
  const {url, asked} = await monitor()
  const box = createSandbox()
  const settings = {jobs: {scan: {command: ['sh', '-c', 'exit 3'], ping: 'hc'}}, channels: {hc: {type: 'ping', url}}}
  box.write('.guardianrc.json', JSON.stringify(settings))
  expect((await box.guard('run', 'scan')).code).toBe(3)
  await until(() => asked.length === 2, 'both pings')
  const paths = asked.map((one) => new URL(one, url))
  expect(paths.map(({pathname}) => pathname).sort()).toEqual(['/check/3', '/check/start'])
  expect(new Set(paths.map(({searchParams}) => searchParams.get('rid'))).size).toBe(1)
})

test('a run whose job says itself that it skipped its work has an end for the monitor; one that is refused tells it nothing', async () => {
  const {url, asked} = await monitor()
  const box = createSandbox()
  const command = ['sh', '-c', 'echo \'{"outcome":"skipped"}\' > $GUARD_RESULT_FILE; guard run scan; exit 0']
  const settings = {jobs: {scan: {command, ping: 'hc'}}, channels: {hc: {type: 'ping', url}}}
  box.write('.guardianrc.json', JSON.stringify(settings))
  expect((await box.guard('run', 'scan')).code).toBe(0)
  await until(() => asked.length === 2, 'both pings')
  expect(asked.map((one) => new URL(one, url).pathname).sort()).toEqual(['/check/0', '/check/start'])
  expect(box.journal('runs.jsonl').filter(({kind}) => kind === 'skipped')).toHaveLength(1)
})

test('a monitor that does not answer does not keep the run, which passes its exit code on', async () => {
  const box = createSandbox()
  // A port that takes connections and never answers.
  let asked = 0
  const server = createServer(() => {
    asked += 1
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/check`
  const settings = {jobs: {scan: {command: ['true'], ping: 'hc'}}, channels: {hc: {type: 'ping', url, timeout: '10m'}}}
  box.write('.guardianrc.json', JSON.stringify(settings))
  expect((await box.guard('run', 'scan')).code).toBe(0)
  await until(() => asked === 2, 'both pings, of which none is answered')
})

test.each([
  ['a channel that is not there', {ping: 'hd'}, 'did you mean'],
  ['a channel of another type', {ping: 'file'}, 'is a channel of type file; name one of type ping'],
])('%s is wrong settings', async (_, job, text) => {
  const box = createSandbox()
  const channels = {hc: {type: 'ping', url: 'http://127.0.0.1/x'}, file: {type: 'file', path: 'x'}}
  box.write('.guardianrc.json', JSON.stringify({jobs: {scan: {command: ['true'], ...job}}, channels}))
  expect(await box.guard('config', 'check')).toMatchObject({code: 78, stderr: expect.stringContaining(text)})
})

test('by hand it says what became of it', async () => {
  const {url, asked} = await monitor()
  const box = createSandbox()
  box.write('.guardianrc.json', JSON.stringify({channels: {hc: {type: 'ping', url}}}))
  expect(await box.guard('alerts', 'ping', 'hc', '--run', 'r1', '--exit-code', '0')).toMatchObject({
    code: 0,
    stdout: 'hc knows it\n',
  })
  expect(asked[0]).toMatch(/^\/check\/0\?rid=/)
  expect(await box.guard('alerts', 'ping', 'hx', '--run', 'r1')).toMatchObject({code: 64})
})
