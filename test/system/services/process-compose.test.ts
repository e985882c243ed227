import {once} from 'node:events'
import {readFileSync} from 'node:fs'
import {createServer, type RequestListener} from 'node:http'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import {describe, expect, onTestFinished, test} from 'vitest'
import {runCommand} from '../../../src/system/process/run-command.js'
import {openService} from '../../../src/system/services/open-service.js'
import {closedPort} from '../../support/http-receiver.js'
import {type Recording, replay} from '../../support/recording.js'
import {quickService} from '../../support/settings.js'

const fixture = (name: string) =>
  JSON.parse(
    readFileSync(join(import.meta.dirname, '../../fixtures/services/process-compose-1.122', name), 'utf8'),
  ) as Recording
const running = fixture('running.json')
const settings = {...quickService, manager: 'process-compose', command: ['process-compose']} as const

const states: [string, string, object][] = [
  ['a running process is up', 'uw-daemon', {state: 'up', detail: 'uw-daemon is Running', incarnation: '4711'}],
  [
    'a running process that is not ready is starting',
    'api',
    {state: 'starting', detail: expect.stringMatching(/not ready/)},
  ],
  ['a running process that is ready is up', 'web', {state: 'up'}],
  ['a process that has ended is down', 'migrate', {state: 'down', detail: 'migrate is Completed, exit code 1'}],
  ['a process between two starts is starting', 'feed', {state: 'starting'}],
  ['a process that cannot start is failed', 'broken', {state: 'failed', detail: 'broken is Error, exit code 127'}],
  ['a process that is switched off is down', 'off', {state: 'down'}],
  [
    'a process that is not there is failed',
    'nosuch',
    {state: 'failed', detail: expect.stringMatching(/no.* process.* nosuch/)},
  ],
]

describe('the command line, by its documented behaviour', () => {
  const service = (name: string, recording = running) => openService({...settings, name}, replay(recording))

  test.each(states)('%s', async (_title, name, state) => {
    expect(await service(name).isUp()).toMatchObject(state)
  })

  test('a restart calls `process restart`, and its failure has a reason without colours', async () => {
    expect(await service('uw-daemon').restart()).toEqual({ok: true, detail: 'Process uw-daemon restarted'})
    expect(await service('nosuch').restart()).toEqual({
      ok: false,
      reason: expect.stringMatching(/FTL failed to restart process nosuch error="no such process: nosuch" \(exit 1\)$/),
    })
  })

  test('a server that does not run is a reason, not a process that is down', async () => {
    const uwDaemon = service('uw-daemon', fixture('not-running.json'))
    expect(await uwDaemon.restart()).toMatchObject({ok: false, reason: expect.stringMatching(/connection refused/)})
    expect(await uwDaemon.isUp()).toMatchObject({state: 'unknown', detail: expect.stringMatching(/connection refused/)})
  })

  test('an answer that is not a list is unknown', async () => {
    const odd = {source: 'none', answers: [{args: ['process'], exitCode: 0, stdout: 'Usage: …', stderr: ''}]}
    expect(await service('uw-daemon', odd).isUp()).toMatchObject({state: 'unknown'})
  })

  test('a process-compose that is not installed is a reason', async () => {
    const absent = openService({...settings, command: ['/no/such/process-compose'], name: 'uw-daemon'}, runCommand)
    const reason = '/no/such/process-compose is not on this machine, or not in PATH'
    expect(await absent.restart()).toEqual({ok: false, reason, notStarted: true})
    expect(await absent.isUp()).toEqual({state: 'unknown', detail: reason})
  })
})

describe('the REST API, by its documented behaviour', () => {
  test.each(states)('%s', async (_title, name, state) => {
    const url = await serve(api())
    expect(await openService({...settings, name, url}, runCommand).isUp()).toMatchObject(state)
  })

  test('a restart is posted, and an unknown process is a reason', async () => {
    const asked: string[] = []
    const url = await serve(api(asked))
    const restart = (name: string) => openService({...settings, name, url}, runCommand).restart()
    expect(await restart('uw-daemon')).toMatchObject({ok: true})
    expect(await restart('a/b+c')).toEqual({ok: false, reason: 'no such process: a/b+c'})
    expect(asked).toEqual(['POST /process/restart/uw-daemon', 'POST /process/restart/a%2Fb%2Bc'])
  })

  test('a token is sent in its header, and never shown', async () => {
    process.env['TEST_PC_TOKEN'] = 'a-token-of-twenty-characters'
    onTestFinished(() => void delete process.env['TEST_PC_TOKEN'])
    const url = await serve((request, response) => {
      const isRight = request.headers['x-pc-token-key'] === 'a-token-of-twenty-characters'
      return isRight ? api()(request, response) : void response.writeHead(401).end()
    })
    const uwDaemon = {...settings, name: 'uw-daemon', url}
    expect(await openService({...uwDaemon, token: {env: 'TEST_PC_TOKEN'}}, runCommand).restart()).toMatchObject({
      ok: true,
    })
    expect(await openService(uwDaemon, runCommand).restart()).toEqual({
      ok: false,
      reason: `process-compose at ${url} refuses the token`,
    })
    const absent = await openService({...uwDaemon, token: {env: 'TEST_NO_TOKEN'}}, runCommand).restart()
    expect(absent).toMatchObject({ok: false, reason: expect.stringMatching(/TEST_NO_TOKEN/), notStarted: true})
  })

  test('a server that hangs, is gone, or answers nonsense is a reason', async () => {
    const reason = async (url: string, timeoutMs = settings.timeoutMs) => {
      const service = openService({...settings, name: 'uw-daemon', url, timeoutMs}, runCommand)
      return [await service.restart(), await service.isUp()]
    }
    const expected = (text: RegExp, more = {}) => [
      {ok: false, reason: expect.stringMatching(text), ...more},
      {state: 'unknown', detail: expect.stringMatching(text)},
    ]
    expect(await reason(await serve(() => undefined), 300)).toEqual(expected(/no answer within 300ms/))
    expect(await reason(`http://127.0.0.1:${await closedPort()}`)).toEqual(
      expected(/cannot be reached/, {notStarted: true}),
    )
    expect(await reason(await serve((_, response) => response.end('<html>')))).toEqual(expected(/answered 200/))
  })
})

/** Routes, codes and bodies as in `api/routes.go` and `api/pc_api.go` of process-compose. */
function api(asked: string[] = []): RequestListener {
  const processes = JSON.parse(running.answers[0]?.stdout ?? '') as {readonly name: string}[]
  return ({method, url = ''}, response) => {
    asked.push(`${method} ${url}`)
    const [, , verbOrName = '', rest] = url.split('/')
    const name = decodeURIComponent(rest ?? verbOrName)
    const process = processes.find((each) => each.name === name)
    const problem = rest ? `no such process: ${name}` : `can't get state of process ${name}: no such process ${name}`
    response.writeHead(process ? 200 : 400, {'content-type': 'application/json'})
    response.end(JSON.stringify(process ? (rest ? {name} : process) : {error: problem}))
  }
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
