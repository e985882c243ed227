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

const to = (url: string): ChannelSettings => ({type: 'alertmanager', url, timeoutMs: 10_000})

interface ActiveAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly endsAt: string
}

describe.skipIf(!existsSync(alertmanager))('the real Alertmanager', () => {
  /** It tells a webhook of what fires and what is over, a second after it is posted. */
  async function start() {
    const dir = tempDir()
    const {url: hook, received} = await startReceiver(answering(200))
    const port = await closedPort()
    const config = join(dir, 'am.yml')
    const route =
      'route: {receiver: hook, group_by: [guard_group], group_wait: 1s, group_interval: 1s, repeat_interval: 1h}'
    writeFileSync(config, `${route}\nreceivers: [{name: hook, webhook_configs: [{url: '${hook}'}]}]\n`)
    const listen = [`--web.listen-address=127.0.0.1:${port}`, '--cluster.listen-address=']
    startDaemon(alertmanager, '--config.file', config, '--storage.path', join(dir, 'data'), ...listen)
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

  test('takes what any message says', async () => {
    const {url, active} = await start()
    const message = {...hostileMessage('"\n{{ .Labels }} \\ <b> 😀\ud83d'.repeat(2000)), atMs: Date.now()}
    expect(await send(to(url), {message})).toMatchObject({ok: true})
    await expect.poll(active).toHaveLength(1)
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
