import {existsSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test, vi} from 'vitest'
import type {ChannelSettings} from '../../../src/domain/settings/alerting.js'
import {channelsOfForm} from '../../support/channel-run.js'
import {startDaemon} from '../../support/daemon.js'
import {answering, answers, closedPort, startReceiver} from '../../support/http-receiver.js'
import {hostileMessage, recoveryMessage, stormMessage, troubleMessage} from '../../support/messages.js'
import {tempDir} from '../../support/temp-dir.js'

const send = channelsOfForm()
const alertmanager = '/usr/bin/prometheus-alertmanager'

const basic = `Basic ${Buffer.from('guard:s3cret-am').toString('base64')}`

const to = (url: string): ChannelSettings => ({type: 'alertmanager', url, timeoutMs: 10_000})

interface ActiveAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly endsAt: string
}

describe.skipIf(!existsSync(alertmanager))('the real Alertmanager', () => {
  /** It tells a webhook of what fires and what is over, a second after it is posted. */
  async function start(...flags: readonly string[]) {
    const dir = tempDir()
    const {url: hook, received} = await startReceiver(answering(200))
    const port = await closedPort()
    const config = join(dir, 'am.yml')
    const route =
      'route: {receiver: hook, group_by: [guard_group], group_wait: 1s, group_interval: 1s, repeat_interval: 1h}'
    writeFileSync(config, `${route}\nreceivers: [{name: hook, webhook_configs: [{url: '${hook}'}]}]\n`)
    const listen = [`--web.listen-address=127.0.0.1:${port}`, '--cluster.listen-address=']
    startDaemon(alertmanager, '--config.file', config, '--storage.path', join(dir, 'data'), ...listen, ...flags)
    await vi.waitUntil(() => answers(port), {timeout: 30_000})
    const url = `http://127.0.0.1:${port}`
    const active = async () => (await (await fetch(`${url}/api/v2/alerts`)).json()) as ActiveAlert[]
    return {url, active, told: () => received.map(({body}) => (JSON.parse(body) as {status: string}).status)}
  }

  test('has trouble until the recovery, and tells of both', async () => {
    const {url, active, told} = await start()
    const message = troubleMessage({atMs: Date.now(), firstMs: Date.now()})
    expect(await send(to(url), {message})).toEqual({ok: true, receipt: {level: 'CRITICAL'}})
    await expect.poll(active).toHaveLength(1)
    const [alert] = await active()
    expect(alert).toMatchObject({
      labels: {alertname: 'GuardTrouble', severity: 'critical', instance: 'web1', guard_group: message.group},
      annotations: {summary: 'backup failed on web1', jobs: 'backup'},
    })
    // Far beyond what it would give an alert that is posted once.
    expect(Date.parse(alert?.endsAt ?? '') - Date.now()).toBeGreaterThan(7 * 86_400_000)
    await expect.poll(told, {timeout: 20_000}).toEqual(['firing'])
    expect(await send(to(url), {message: recoveryMessage({atMs: Date.now()})})).toMatchObject({ok: true})
    await expect.poll(active, {timeout: 20_000}).toEqual([])
    await expect.poll(told, {timeout: 20_000}).toEqual(['firing', 'resolved'])
  })

  test('has one alert of a group whose level has risen', async () => {
    const {url, active} = await start()
    const now = {atMs: Date.now(), firstMs: Date.now()}
    const {receipt} = (await send(to(url), {message: troubleMessage({...now, level: 'WARNING'})})) as {
      readonly receipt: Record<string, string>
    }
    await send(to(url), {message: stormMessage({...now, atMs: Date.now()}), first: receipt})
    await expect.poll(async () => (await active()).map(({labels}) => labels['severity'])).toEqual(['critical'])
  })

  test('that asks for a login takes the right one alone', async () => {
    const file = join(tempDir(), 'web.yml')
    // The bcrypt hash of s3cret-am.
    const hash = '$2b$04$abcdefghijklmnopqrstuugHLgM/liVVLHVVJvPOASEkSvgBS45Ve'
    writeFileSync(file, `basic_auth_users: {guard: '${hash}'}\n`)
    const {url} = await start(`--web.config.file=${file}`)
    const settings = {...to(url), user: 'guard', password: {env: 'AM_PASSWORD'}} as ChannelSettings
    expect(await send(settings, {env: {AM_PASSWORD: 's3cret-am'}})).toMatchObject({ok: true})
    const reason = 'Alertmanager answered 401: Unauthorized; check user and password, or token'
    expect(await send(settings, {env: {AM_PASSWORD: 'wrong-one'}})).toMatchObject({failure: 'permanent', reason})
  })

  test('takes what any message says', async () => {
    const {url, active} = await start()
    const message = {...hostileMessage('"\n{{ .Labels }} \\ <b> 😀\ud83d'.repeat(2000)), atMs: Date.now()}
    expect(await send(to(url), {message})).toMatchObject({ok: true})
    await expect.poll(active).toHaveLength(1)
  })
})

describe('a login', () => {
  const env = {AM_PASSWORD: 's3cret-am', AM_TOKEN: 'bearer-1234'}
  const login = {user: 'guard', password: {env: 'AM_PASSWORD'}}

  test('by user and password lets the message in, and a wrong one is said', async () => {
    const {url, received} = await startReceiver(({headers}, response) => {
      response.writeHead(headers.authorization === basic ? 200 : 401).end()
    })
    expect(await send({...to(url), ...login} as ChannelSettings, {env})).toMatchObject({ok: true})
    const wrong = {env: {AM_PASSWORD: 'wrong-one'}}
    expect(await send({...to(url), ...login} as ChannelSettings, wrong)).toEqual({
      ok: false,
      failure: 'permanent',
      reason: 'Alertmanager answered 401; check user and password, or token',
    })
    expect(received).toHaveLength(2)
  })

  test('by a token is one of the type Bearer', async () => {
    const {url, received} = await startReceiver(answering(200))
    expect(await send({...to(url), token: {env: 'AM_TOKEN'}} as ChannelSettings, {env})).toMatchObject({ok: true})
    expect(received[0]?.headers.authorization).toBe('Bearer bearer-1234')
  })

  test('whose password this process lacks is deferred', async () => {
    expect(await send({...to('http://127.0.0.1:10'), ...login} as ChannelSettings)).toMatchObject({
      ok: false,
      failure: 'deferred',
      reason: expect.stringContaining('AM_PASSWORD is not set'),
    })
  })
})

test('an Alertmanager that refuses the alerts says why', async () => {
  const {url} = await startReceiver(answering(400, '"bad label"'))
  expect(await send(to(url))).toEqual({
    ok: false,
    failure: 'permanent',
    reason: 'Alertmanager answered 400: "bad label"',
  })
})
