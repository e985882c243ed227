import type {AddressInfo} from 'node:net'
import {SMTPServer} from 'smtp-server'
import {describe, expect, onTestFinished, test} from 'vitest'
import {createSandbox} from '../support/sandbox.js'

describe('guard alerts test', () => {
  const file = {type: 'file', path: 'sent.jsonl'}

  test('tries a channel that no route names yet', async () => {
    const box = createSandbox()
    const alerting = {routes: [{level: 'INFO', to: ['ops']}]}
    box.write('.guardianrc.json', JSON.stringify({channels: {ops: file, newone: file}, alerting}))
    expect(await box.guard('alerts', 'test', 'newone')).toMatchObject({code: 0, stdout: 'newone has it\n'})
    expect(await box.guard('config', 'check')).toMatchObject({code: 78})
  })

  test('says what is wrong with the settings of the channel', async () => {
    const box = createSandbox()
    const hook = {type: 'webhook', url: 'ftp://example.org/x'}
    box.write('.guardianrc.json', JSON.stringify({channels: {ops: file, hook}}))
    const {code, stderr} = await box.guard('alerts', 'test', 'hook')
    expect([code, stderr]).toEqual([
      78,
      expect.stringContaining('channel hook is not used, because its settings are wrong: channels.hook.url: '),
    ])
  })

  test('of a name that is in no settings says so', async () => {
    const box = createSandbox()
    box.write('.guardianrc.json', JSON.stringify({channels: {ops: file}}))
    expect(await box.guard('alerts', 'test', 'opps')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('did you mean ops?'),
    })
  })
})

test('a recipient who is refused is told: by the trial, in the outbox, by guard why and guard health', async () => {
  const server = new SMTPServer({
    ...{authOptional: true, disabledCommands: ['STARTTLS'], disableReverseLookup: true, logger: false},
    onRcptTo: ({address}, _, done) =>
      address === 'nobody@example.org' ? done(Object.assign(new Error('no such user'), {responseCode: 550})) : done(),
    onData(stream, _, done) {
      stream.resume()
      stream.on('end', () => done())
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(resolve)))
  const {port} = server.server.address() as AddressInfo
  const to = ['a@example.org', 'nobody@example.org']
  const mail = {type: 'smtp', host: '127.0.0.1', port, tls: 'none', from: 'guard@example.org', to}
  const box = createSandbox()
  const jobs = {scan: {command: ['false'], schedule: '0 3 1 1 *'}}
  const alerting = {groupWait: '100ms', routes: [{level: 'INFO', to: ['mail']}]}
  box.write('.guardianrc.json', JSON.stringify({jobs, channels: {mail}, alerting}))
  const refused = 'nobody@example.org is refused for good (550 no such user)'
  expect(await box.guard('alerts', 'test', 'mail')).toMatchObject({code: 1, stdout: `mail has it, but ${refused}\n`})
  await box.guard('run', 'scan')
  const outbox = async () => (await box.guard('alerts', 'outbox')).stdout
  await expect.poll(outbox, {timeout: 40_000}).toContain(refused)
  expect((await box.guard('why', 'scan')).stdout.replace(/\s+/g, ' ')).toContain(
    `was told of the trouble, but ${refused}`,
  )
  const {checks} = JSON.parse((await box.guard('health', '--json')).stdout)
  expect(checks.find(({check}: {readonly check: string}) => check === 'alerts')).toMatchObject({
    verdict: 'degraded',
    reason: `channel mail does not reach each recipient: ${refused}`,
  })
})
