import {execFileSync} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
import {type AddressInfo, createServer} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {SMTPServer, type SMTPServerOptions} from 'smtp-server'
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest'
import type {ChannelSettings} from '../../../src/domain/settings/alerting.js'
import {type Certificates, hasOpenssl, makeCertificates} from '../../support/certificates.js'
import {channelsOfForm} from '../../support/channel-run.js'
import {hasExim, startExim} from '../../support/exim.js'
import {closedPort, startProxy} from '../../support/http-receiver.js'
import {recoveryMessage, troubleMessage} from '../../support/messages.js'
import {tempDir} from '../../support/temp-dir.js'

const send = channelsOfForm()

const smtp = (port: number, more: object = {}): ChannelSettings => ({
  ...{type: 'smtp', host: 'localhost', port, tls: 'none', from: 'Guard <guard@web1.example>', to: ['a@example.org']},
  ...{timeoutMs: 10_000, ...more},
})
const transient = (reason: unknown) => ({ok: false, failure: 'transient', reason})
const permanent = (reason: unknown) => ({ok: false, failure: 'permanent', reason})
const messageId = '<msg_AbC-123_xyz@guard.web1.example>'

/** A mail server that takes everything but what its options refuse. */
async function startServer(options: SMTPServerOptions = {}) {
  const mails: string[] = []
  const server = new SMTPServer({
    ...{authOptional: true, disabledCommands: ['STARTTLS'], disableReverseLookup: true, logger: false},
    onData(stream, _, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        mails.push(Buffer.concat(chunks).toString())
        done()
      })
    },
    ...options,
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(resolve)))
  return {port: (server.server.address() as AddressInfo).port, mails}
}

const refusing = (code: number, text: string) => Object.assign(new Error(text), {responseCode: code})

describe.skipIf(!hasExim)('with the real Exim', () => {
  test('a mail arrives as text and as HTML, and its recovery is in its thread', async () => {
    const {port, mails} = await startExim(tempDir())
    const sent = await send(smtp(port))
    expect(sent).toEqual({ok: true, receipt: {message_id: messageId, accepted: 1}})
    await expect.poll(() => mails().length, {timeout: 20_000}).toBe(1)
    const [mail = ''] = mails()
    expect(mail).toContain(`Message-ID: ${messageId}\n`)
    expect(mail).toContain('Subject: CRITICAL: backup failed on web1\n')
    expect(mail).toMatch(/Content-Type: text\/plain.*Content-Type: text\/html/s)
    expect(mail).toContain('Auto-Submitted: auto-generated\n')
    await send(smtp(port), {message: recoveryMessage(), first: {message_id: messageId}})
    await expect.poll(() => mails().length, {timeout: 20_000}).toBe(2)
    const answer = mails().find((text) => text.includes('RECOVERED'))
    expect(answer).toContain(`In-Reply-To: ${messageId}\n`)
    expect(answer).toContain(`References: ${messageId}\n`)
  })

  test('a recipient who is refused does not keep the others from the mail', async () => {
    const {port, mails} = await startExim(tempDir())
    const to = ['a@example.org', 'nobody@example.org', 'busy@example.org']
    expect(await send(smtp(port, {to}))).toEqual({
      ok: true,
      receipt: {
        ...{message_id: messageId, accepted: 1},
        refused: 'nobody@example.org is refused for good (550 there is no such mailbox)',
      },
      owed: {
        to: ['busy@example.org'],
        reason: 'busy@example.org is refused for now (451 the mailbox is busy)',
      },
    })
    await expect.poll(() => mails().length, {timeout: 20_000}).toBe(1)
  })

  test('451 for every recipient passes, 550 does not', async () => {
    const {port, mails} = await startExim(tempDir())
    expect(await send(smtp(port, {to: ['nobody@example.org', 'busy@example.org']}))).toMatchObject(
      transient(expect.stringContaining('busy@example.org is refused for now (451 the mailbox is busy)')),
    )
    expect(await send(smtp(port, {to: ['nobody@example.org']}))).toEqual(
      permanent('nobody@example.org is refused for good (550 there is no such mailbox)'),
    )
    expect(mails()).toEqual([])
  })
})

describe('a mail server', () => {
  test('that is not there, or hangs, may take the mail later', async () => {
    const port = await closedPort()
    expect(await send(smtp(port))).toEqual(transient(`localhost:${port} refuses the connection; does it run there?`))
    const silent = createServer()
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void silent.close())
    const {port: hung} = silent.address() as AddressInfo
    expect(await send(smtp(hung, {timeoutMs: 500}))).toEqual(transient(`localhost:${hung} gave no answer within 500ms`))
    expect(await send(smtp(hung), {abortAfterMs: 200})).toEqual(transient(`the attempt at localhost:${hung} was ended`))
  })

  test('that hangs after the mail may have it, and is asked again', async () => {
    const {port} = await startServer({onData: (stream) => void stream.resume()})
    expect(await send(smtp(port, {timeoutMs: 1000}))).toEqual(transient(`localhost:${port} gave no answer within 1s`))
  })

  test('gets the same mail again for the recipients alone that it is owed to', async () => {
    const asked: string[] = []
    const {port, mails} = await startServer({
      onRcptTo: ({address}, _, done) => {
        asked.push(address)
        done()
      },
    })
    const settings = smtp(port, {to: ['Ann <a@example.org>', 'Bob <b@example.org>']})
    const first = {message_id: messageId}
    expect(await send(settings, {first, owedTo: ['b@example.org']})).toEqual({
      ok: true,
      receipt: {message_id: messageId, accepted: 1},
    })
    expect(asked).toEqual(['b@example.org'])
    expect(mails[0]).toContain(`Message-ID: ${messageId}\r\n`)
    expect(mails[0]).toContain('To: Ann <a@example.org>, Bob <b@example.org>\r\n')
    expect(mails[0]).not.toContain('In-Reply-To')
  })

  test('is not asked for a recipient whom the settings name no more', async () => {
    const settings = smtp(await closedPort())
    expect(await send(settings, {owedTo: ['gone@example.org']})).toEqual({
      ok: true,
      receipt: {message_id: messageId, accepted: 0},
    })
  })

  test('that refuses the mail as a whole is believed', async () => {
    const {port} = await startServer({
      onData(stream, _, done) {
        stream.resume()
        stream.on('end', () => done(refusing(554, 'this is spam')))
      },
    })
    expect(await send(smtp(port))).toEqual(permanent(`localhost:${port} refuses the mail: 554 this is spam`))
    const full = await startServer({onMailFrom: (_, __, done) => done(refusing(452, 'disk full'))})
    expect(await send(smtp(full.port))).toEqual(transient(`localhost:${full.port} refuses the mail: 452 disk full`))
  })

  test('that refuses the login is told by name, the password is not', async () => {
    const {port} = await startServer({
      ...{authOptional: false, allowInsecureAuth: true},
      onAuth: ({password}, _, done) => done(refusing(535, `wrong password ${password}`)),
    })
    const outcome = await send(smtp(port, {user: 'guard', password: {env: 'MAIL'}}), {env: {MAIL: 'hunter2'}})
    expect(outcome).toMatchObject(permanent(expect.stringContaining('refuses user or password; check both')))
    expect(JSON.stringify(outcome)).not.toContain('hunter2')
  })

  test('is logged in to with the password of the settings', async () => {
    const {port, mails} = await startServer({
      ...{authOptional: false, allowInsecureAuth: true},
      onAuth: ({username, password}, _, done) =>
        username === 'guard' && password === 'pa55 word' ? done(null, {user: 'guard'}) : done(refusing(535, 'no')),
    })
    const settings = smtp(port, {user: 'guard', password: {env: 'MAIL'}})
    expect(await send(settings, {env: {MAIL: 'pa55 word'}})).toMatchObject({ok: true})
    expect(mails).toHaveLength(1)
  })

  test('is reached through the proxy of the channel', async () => {
    const proxy = await startProxy()
    const {port, mails} = await startServer()
    expect(await send(smtp(port, {proxy: proxy.url}))).toMatchObject({ok: true})
    expect({asked: proxy.asked, mails: mails.length}).toEqual({asked: [`CONNECT localhost:${port}`], mails: 1})
    const refuses = await startProxy({refuses: true})
    expect(await send(smtp(port, {proxy: refuses.url}))).toEqual(
      transient(`no connection to localhost:${port}: the proxy refuses it`),
    )
  })
})

describe.skipIf(!hasOpenssl)('the encryption of a mail', () => {
  let made: Certificates
  let dir: string
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'guard-mail-'))
    made = makeCertificates(dir)
  })
  afterAll(() => rmSync(dir, {recursive: true, force: true}))

  test.each(['starttls', 'implicit'])('%s is used with the authority of the channel, and no other', async (tls) => {
    const secure = tls === 'implicit'
    const {port, mails} = await startServer({...made.right, secure, disabledCommands: []})
    expect(await send(smtp(port, {tls, ca: made.ca}))).toMatchObject({ok: true})
    const wrong = {tls, ca: join(dir, 'self.pem')}
    expect(await send(smtp(port, wrong))).toEqual(
      transient(`the certificate of localhost:${port} is not signed by a known authority; name that one with \`ca\``),
    )
    expect(await send(smtp(port, {tls}), {env: {NODE_TLS_REJECT_UNAUTHORIZED: '0'}})).toMatchObject({ok: false})
    expect(mails).toHaveLength(1)
  })

  test('is not left out where the server does not offer it', async () => {
    const {port, mails} = await startServer()
    expect(await send(smtp(port, {tls: 'starttls'}))).toEqual(
      transient(`localhost:${port} does not offer an encrypted connection; check \`tls\``),
    )
    expect(mails).toEqual([])
  })
})

test('a mail of a hostile message has one line of subject', async () => {
  const {port, mails} = await startServer()
  const message = troubleMessage({title: 'one\r\nBcc: evil@example.org\r\n\r\ntwo'})
  expect(await send(smtp(port), {message})).toMatchObject({ok: true})
  expect(mails[0]).toContain('Subject: CRITICAL: one Bcc: evil@example.org two\r\n')
})

test('the head of a mail is what a parser of mails understands', async () => {
  const {port, mails} = await startServer()
  const message = troubleMessage({
    title: `Größe 日本 ${'long '.repeat(20)}`,
    atMs: Date.UTC(2026, 10, 29, 22, 22, 30, 512),
  })
  expect(await send(smtp(port, {from: 'Wächter <guard@web1.example>'}), {message})).toMatchObject({ok: true})
  const [mail = ''] = mails
  const [head = ''] = mail.split('\r\n\r\n')
  expect(head).toContain('Date: Sun, 29 Nov 2026 22:22:30 +0000\r\n')
  expect(Math.max(...head.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(78)
  const read = `
import email, email.policy, json, sys
mail = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
print(json.dumps({
  'date': mail['Date'].datetime.isoformat(),
  'from': str(mail['From']),
  'subject': mail['Subject'],
  'id': mail['Message-ID'],
  'defects': [str(one) for name in mail.keys() for one in mail[name].defects],
}))`
  expect(JSON.parse(execFileSync('/usr/bin/python3', ['-c', read], {input: mail, encoding: 'utf8'}))).toEqual({
    date: '2026-11-29T22:22:30+00:00',
    from: 'Wächter <guard@web1.example>',
    subject: `CRITICAL: ${message.title.trim()}`,
    id: messageId,
    defects: [],
  })
})
