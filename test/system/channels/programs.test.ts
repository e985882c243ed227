import {spawnSync} from 'node:child_process'
import {chmodSync, existsSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test, vi} from 'vitest'
import type {ChannelSettings} from '../../../src/domain/settings/alerting.js'
import {channelsOfForm} from '../../support/channel-run.js'
import {startDaemon} from '../../support/daemon.js'
import {answering, startReceiver} from '../../support/http-receiver.js'
import {hostileMessage, recoveryMessage, troubleMessage} from '../../support/messages.js'
import {processes, readProc} from '../../support/processes.js'
import {tempDir} from '../../support/temp-dir.js'

/** Channels that work through files and through programs of the machine, each of them the real one. */

const send = channelsOfForm()
const limit = {timeoutMs: 20_000}
const rsyslogd = '/usr/sbin/rsyslogd'
const isInstalled = (program: string) => spawnSync(program, ['--version']).status === 0

describe.skipIf(!existsSync(rsyslogd))('the system log', () => {
  async function startRsyslog() {
    const dir = tempDir()
    const [socket, out, config] = ['log.sock', 'out', 'rsyslog.conf'].map((name) => join(dir, name)) as [
      string,
      string,
      string,
    ]
    const format =
      'template(name="whole" type="string" string="%syslogfacility-text%.%syslogseverity-text% %syslogtag%%msg%\\n")'
    const input = `module(load="imuxsock" SysSock.Use="off")\ninput(type="imuxsock" Socket="${socket}" RateLimit.Interval="0")`
    writeFileSync(config, `${input}\n${format}\naction(type="omfile" file="${out}" template="whole")\n`)
    startDaemon(rsyslogd, '-n', '-f', config, '-i', join(dir, 'pid'))
    await vi.waitUntil(() => existsSync(socket), {timeout: 20_000})
    const settings: ChannelSettings = {type: 'syslog', facility: 'daemon', tag: 'guard', socket, ...limit}
    return {settings, lines: () => (existsSync(out) ? readFileSync(out, 'utf8').split('\n').slice(0, -1) : [])}
  }

  test('of rsyslog gets one line with a severity by level', async () => {
    const {settings, lines} = await startRsyslog()
    expect(await send(settings)).toEqual({ok: true, receipt: {}})
    expect(await send(settings, {message: recoveryMessage()})).toEqual({ok: true, receipt: {}})
    await expect.poll(() => lines().length).toBe(2)
    expect(lines()[0]).toMatch(
      /^daemon\.crit guard:? ?CRITICAL: backup failed on web1 \| Job: backup on web1 \| .*Error: connect ECONNREFUSED 10\.0\.0\.5:5432 \|/,
    )
    expect(lines()[1]).toMatch(/^daemon\.info guard:? ?RECOVERED: /)
  })

  test('of rsyslog gets up to 7 kB of a long message as one line', async () => {
    const {settings, lines} = await startRsyslog()
    expect(await send(settings, {message: hostileMessage('long\nlines '.repeat(6000))})).toEqual({
      ok: true,
      receipt: {},
    })
    await expect.poll(() => lines().length).toBe(1)
    expect(lines()[0]?.length).toBeGreaterThan(6000)
    expect(lines()[0]?.length).toBeLessThanOrEqual(7100)
  })

  test('that does not run is not taken for one that does', async () => {
    const settings: ChannelSettings = {
      type: 'syslog',
      facility: 'daemon',
      tag: 'guard',
      socket: '/no/such/socket',
      ...limit,
    }
    expect(await send(settings)).toMatchObject({
      ok: false,
      failure: 'transient',
      reason: expect.stringContaining('logger'),
    })
  })
})

describe('a file', () => {
  test('gets one line of JSON for each message, which others cannot read', async () => {
    const path = join(tempDir(), 'alerts.log')
    await send({type: 'file', path, ...limit})
    await send({type: 'file', path, ...limit}, {message: recoveryMessage()})
    const lines = readFileSync(path, 'utf8').trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).headline)).toEqual([
      'CRITICAL: backup failed on web1',
      'RECOVERED: backup is healthy again',
    ])
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test('that cannot be written may be later', async () => {
    expect(await send({type: 'file', path: '/no/such/folder/file', ...limit})).toEqual({
      ...{ok: false, failure: 'transient', reason: '/no/such/folder/file cannot be written (ENOENT)'},
    })
  })
})

describe('a command', () => {
  const sh = (script: string): ChannelSettings => ({type: 'command', command: ['/bin/sh', '-c', script], ...limit})

  test('gets the message as JSON on its standard input', async () => {
    const path = join(tempDir(), 'got')
    expect(await send(sh(`cat > ${path}`))).toEqual({ok: true, receipt: {}})
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      id: 'msg_AbC-123_xyz',
      at: '2026-11-29T05:20:11.000Z',
    })
  })

  test('need not read it', async () => {
    expect(await send(sh('exit 0'), {message: hostileMessage('x'.repeat(200_000))})).toEqual({ok: true, receipt: {}})
  })

  test('that fails is asked again, and its last words are told', async () => {
    expect(await send(sh('echo first >&2; echo "pager: no line" >&2; exit 3'))).toEqual({
      ...{ok: false, failure: 'transient', reason: '/bin/sh ended with exit code 3: pager: no line'},
    })
  })

  test('that hangs is ended in time', async () => {
    expect(await send({...sh('sleep 60'), timeoutMs: 300})).toEqual({
      ...{ok: false, failure: 'transient', reason: '/bin/sh did not end in time'},
    })
  })

  test('that is not there will not be', async () => {
    expect(await send({type: 'command', command: ['/no/such/program'], ...limit})).toEqual({
      ...{ok: false, failure: 'permanent', reason: '/no/such/program cannot be started (ENOENT)'},
    })
  })
})

describe.skipIf(!isInstalled('/usr/bin/apprise'))('apprise', () => {
  const settings: ChannelSettings = {type: 'apprise', url: {env: 'APPRISE_URL'}, ...limit, timeoutMs: 50_000}
  const secret = 'k3y-that-nobody-may-see'

  test('sends to the address of the secret, which no list of processes shows', {timeout: 120_000}, async () => {
    let shown: unknown[] = []
    const {port, received} = await startReceiver((_, response) => {
      shown = processes().filter(({pid}) => readProc(pid, 'cmdline').includes(secret))
      response.end()
    })
    const env = {APPRISE_URL: `json://127.0.0.1:${port}/${secret}`}
    expect(await send(settings, {env})).toEqual({ok: true, receipt: {}})
    expect(shown).toEqual([])
    expect(received[0]?.path).toContain(secret)
    expect(JSON.parse(received[0]?.body ?? '')).toMatchObject({
      title: 'CRITICAL: backup failed on web1',
      message: expect.stringContaining('connect ECONNREFUSED'),
      type: 'failure',
    })
  })

  test('that fails may succeed later, and does not tell the address', {timeout: 120_000}, async () => {
    const {port} = await startReceiver(answering(403))
    const outcome = await send(settings, {env: {APPRISE_URL: `json://127.0.0.1:${port}/${secret}`}})
    expect(outcome).toMatchObject({ok: false, failure: 'transient'})
    const wrong = await send(settings, {env: {APPRISE_URL: `nosuch://${secret}`}})
    expect(wrong).toMatchObject({ok: false, failure: 'transient'})
    expect(JSON.stringify([outcome, wrong])).not.toContain(secret)
  })
})

test('a program that is found by its name alone needs no PATH of the caller', async () => {
  const dir = tempDir()
  const path = join(dir, 'logger')
  writeFileSync(path, '#!/bin/sh\nexit 9\n')
  chmodSync(path, 0o755)
  const settings: ChannelSettings = {type: 'syslog', facility: 'user', tag: 't', socket: join(dir, 'none'), ...limit}
  const outcome = await send(settings, {env: {PATH: dir}, message: troubleMessage()})
  expect(outcome).toMatchObject({ok: false, reason: expect.not.stringContaining('code 9')})
})
