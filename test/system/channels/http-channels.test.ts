import {Webhook} from 'standardwebhooks'
import {describe, expect, test} from 'vitest'
import type {ChannelSettings} from '../../../src/domain/settings/alerting.js'
import {channelsOfForm} from '../../support/channel-run.js'
import {answering, startReceiver} from '../../support/http-receiver.js'
import {hostileMessage, recoveryMessage, stormMessage, troubleMessage} from '../../support/messages.js'

/** What Slack, PagerDuty, ntfy, monitors and signed webhooks are sent, and how their answers are read. */

const send = channelsOfForm()
const limit = {timeoutMs: 10_000}
const bodyOf = (received: readonly {readonly body: string}[], index = -1) =>
  JSON.parse(received.at(index)?.body ?? '') as Record<string, unknown>

describe('a signed webhook', () => {
  const [older, newer] = [Buffer.alloc(24, 1), Buffer.alloc(32, 2)].map((key) => `whsec_${key.toString('base64')}`)
  const settings = (url: string, secrets: readonly string[]): ChannelSettings => ({
    ...{type: 'webhook', url, method: 'POST', headers: {}, ...limit},
    secrets: secrets.map((name) => ({env: name})),
  })
  const env = {OLDER: `${older}`, NEWER: `${newer}`}

  test('is verified by the library of Standard Webhooks with either secret while they rotate', async () => {
    const {url, received} = await startReceiver(answering(200))
    expect(await send(settings(url, ['OLDER', 'NEWER']), {env})).toMatchObject({ok: true})
    const headers = received[0]?.headers as Record<string, string>
    const body = received[0]?.body ?? ''
    for (const secret of [older, newer]) {
      expect(new Webhook(`${secret}`).verify(body, headers)).toMatchObject({
        type: 'guard.trouble',
        data: {id: 'msg_AbC-123_xyz', jobs: [{job: 'backup', badRuns: 3}]},
      })
    }
    expect(() => new Webhook(Buffer.alloc(24, 3).toString('base64')).verify(body, headers)).toThrow()
    expect(headers['webhook-id']).toBe('msg_AbC-123_xyz')
  })

  test('is not sent with a secret that is none, which is not told', async () => {
    const {url, received} = await startReceiver(answering(200))
    const outcome = await send(settings(url, ['SHORT']), {env: {SHORT: 'whsec_aHVudGVyMg=='}})
    expect(outcome).toMatchObject({ok: false, failure: 'permanent'})
    expect(JSON.stringify(outcome)).not.toContain('aHVudGVyMg')
    expect(received).toEqual([])
  })

  test('without a secret has no signature', async () => {
    const {url, received} = await startReceiver(answering(200))
    await send(settings(url, []))
    expect(Object.keys(received[0]?.headers ?? {})).not.toContain('webhook-signature')
  })
})

describe('Slack', () => {
  const env = (url: string) => ({HOOK: `${url}/services/T0/B0/abcdefghijkl`})
  const settings: ChannelSettings = {type: 'slack', url: {env: 'HOOK'}, ...limit}

  test('has the message when it answers `ok`', async () => {
    const {url, received} = await startReceiver(answering(200, 'ok'))
    expect(await send(settings, {env: env(url)})).toEqual({ok: true, receipt: {}})
    expect(bodyOf(received)).toMatchObject({
      text: 'CRITICAL: backup failed on web1',
      blocks: expect.arrayContaining([{type: 'header', text: expect.anything()}]),
    })
  })

  test('that answers anything else with 200 is not Slack', async () => {
    const {url} = await startReceiver(answering(200, '<html>Please log in</html>'))
    expect(await send(settings, {env: env(url)})).toMatchObject({ok: false, failure: 'transient'})
  })

  test('is left alone for as long as it asks, and its refusals are understood', async () => {
    const busy = await startReceiver(answering(429, 'rate_limited', {'retry-after': '30'}))
    expect(await send(settings, {env: env(busy.url)})).toMatchObject({failure: 'transient', retryAfterMs: 30_000})
    const gone = await startReceiver(answering(404, 'no_service'))
    expect(await send(settings, {env: env(gone.url)})).toEqual({
      ...{ok: false, failure: 'permanent'},
      reason: 'the webhook does not exist or was switched off; make a new one',
    })
  })
})

describe('PagerDuty', () => {
  const env = {KEY: '0123456789abcdef0123456789abcdef'}
  const settings = (url: string): ChannelSettings => ({type: 'pagerduty', routingKey: {env: 'KEY'}, url, ...limit})

  test('gets one incident for each host and group, which the recovery resolves', async () => {
    const {url, received} = await startReceiver(answering(202, '{"status":"success"}'))
    const {group} = troubleMessage()
    const key = `web1: ${group}`
    expect(await send(settings(url), {env})).toEqual({ok: true, receipt: {dedup_key: key}})
    await send(settings(url), {env, message: recoveryMessage()})
    expect(received.map(({path}) => path)).toEqual(['/v2/enqueue', '/v2/enqueue'])
    expect(bodyOf(received, 0)).toMatchObject({
      ...{routing_key: env.KEY, event_action: 'trigger', dedup_key: key},
      payload: {summary: 'CRITICAL: backup failed on web1', source: 'web1', severity: 'critical', component: 'backup'},
    })
    expect(bodyOf(received, 1)).toMatchObject({event_action: 'resolve', dedup_key: key})
  })

  test('gets the recovery of one host as none of another one', async () => {
    const {url, received} = await startReceiver(answering(202))
    await send(settings(url), {env})
    await send(settings(url), {env, message: troubleMessage({host: 'web2'})})
    await send(settings(url), {env, message: recoveryMessage()})
    const [web1, web2, over] = received.map((_, index) => bodyOf(received, index)['dedup_key'])
    expect(over).toBe(web1)
    expect(over).not.toBe(web2)
  })

  test('resolves an incident by the key under which it was opened', async () => {
    const {url, received} = await startReceiver(answering(202))
    await send(settings(url), {env, message: recoveryMessage(), first: {dedup_key: 'of an older guard'}})
    expect(bodyOf(received)).toMatchObject({event_action: 'resolve', dedup_key: 'of an older guard'})
  })

  test('gets a message whose time is none', async () => {
    const {url, received} = await startReceiver(answering(202))
    expect(await send(settings(url), {env, message: troubleMessage({firstMs: 1e300})})).toMatchObject({ok: true})
    expect(bodyOf(received)).toMatchObject({payload: {timestamp: '1970-01-01T00:00:00.000Z'}})
  })

  test('gets a long group as one short key', async () => {
    const {url, received} = await startReceiver(answering(202))
    await send(settings(url), {env, message: troubleMessage({group: 'g'.repeat(300)})})
    await send(settings(url), {env, message: recoveryMessage({group: 'g'.repeat(300)})})
    const keys = received.map((_, index) => bodyOf(received, index)['dedup_key'])
    expect(keys[0]).toBe(keys[1])
    expect(String(keys[0]).length).toBeLessThanOrEqual(255)
  })

  test('that refuses the event says why, without the key', async () => {
    const {url} = await startReceiver(answering(400, `{"errors":["routing key ${env.KEY} is invalid"]}`))
    const outcome = await send(settings(url), {env})
    expect(outcome).toMatchObject({ok: false, failure: 'permanent'})
    expect(JSON.stringify(outcome)).not.toContain(env.KEY)
  })
})

describe('ntfy', () => {
  const settings = (url: string): ChannelSettings => ({
    ...{type: 'ntfy', url, topic: 'ops', token: {env: 'TOKEN'}, ...limit},
  })
  const env = {TOKEN: 'tk_0123456789abcdefghij'}

  test('gets title, text and a priority by level, with the token', async () => {
    const {url, received} = await startReceiver(answering(200, '{"id":"x"}'))
    expect(await send(settings(url), {env})).toMatchObject({ok: true})
    expect(bodyOf(received)).toMatchObject({topic: 'ops', title: 'CRITICAL: backup failed on web1', priority: 5})
    expect(received[0]?.headers.authorization).toBe(`Bearer ${env.TOKEN}`)
  })

  test('gets no message that is long enough to become a file', async () => {
    const {url, received} = await startReceiver(answering(200, '{}'))
    await send(settings(url), {env, message: hostileMessage('ü'.repeat(60_000))})
    expect(Buffer.byteLength(String(bodyOf(received)['message']))).toBeLessThanOrEqual(4096)
  })

  test('that refuses the token is understood', async () => {
    const {url} = await startReceiver(answering(403, '{"error":"forbidden"}'))
    expect(await send(settings(url), {env})).toEqual({
      ...{ok: false, failure: 'permanent'},
      reason: 'ntfy does not let this token write to the topic; check both',
    })
  })
})

describe('a monitor', () => {
  const uuid = '0b9f5b0e-7c1f-4f0e-9d7e-0123456789ab'
  const settings: ChannelSettings = {type: 'ping', url: {env: 'PING'}, ...limit}

  test('is told of trouble as a failure and of its end as a success', async () => {
    const {url, received} = await startReceiver(answering(200, 'OK'))
    const env = {PING: `${url}/${uuid}`}
    for (const message of [troubleMessage(), recoveryMessage(), stormMessage({kind: 'digest'})]) {
      expect(await send(settings, {env, message})).toMatchObject({ok: true})
    }
    expect(received.map(({path}) => path)).toEqual([`/${uuid}/fail`, `/${uuid}`, `/${uuid}/log`])
    expect(received[0]?.body).toContain('connect ECONNREFUSED')
  })

  test('is told of start and exit status of a run under one UUID', async () => {
    const {url, received} = await startReceiver(answering(200, 'OK'))
    const env = {PING: `${url}/${uuid}`}
    await send(settings, {env, run: {runId: 'Run_0123-abc', event: 'start'}})
    await send(settings, {env, run: {runId: 'Run_0123-abc', event: 'end', exitCode: 3}})
    const paths = received.map(({path}) => path.split('?'))
    expect(paths.map(([path]) => path)).toEqual([`/${uuid}/start`, `/${uuid}/3`])
    expect(paths[0]?.[1]).toMatch(/^rid=[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
    expect(paths[1]?.[1]).toBe(paths[0]?.[1])
  })

  test('that does not know the check, or takes no more, says so with status 200', async () => {
    const unknown = await startReceiver(answering(200, 'OK (not found)'))
    expect(await send(settings, {env: {PING: `${unknown.url}/${uuid}`}})).toMatchObject({failure: 'permanent'})
    const busy = await startReceiver(answering(200, 'OK (rate limited)'))
    expect(await send(settings, {env: {PING: `${busy.url}/${uuid}`}})).toMatchObject({failure: 'transient'})
  })
})
