import {describe, expect, test} from 'vitest'
import {redactedLineLimit, redactLine, redactLines, redactOutput} from '../../../src/domain/failure/redact.js'
import {growth, linear, repeated} from '../../support/growth.js'
import {fc} from '../../support/properties.js'

test.each([
  ['Authorization: Bearer abc.DEF-123', 'Authorization: Bearer ***'],
  ["{'Authorization': 'Basic dXNlcjpwYXNz'}", "{'Authorization': 'Basic ***'}"],
  ['curl -H "x-api-key: k-123" https://x', 'curl -H "x-api-key: ***" https://x'],
  ['GET /v1?api_key=k123&symbol=SPY failed', 'GET /v1?api_key=***&symbol=SPY failed'],
  ['{"access_token":"t0k3n","rows":3}', '{"access_token":"***","rows":3}'],
  ['password=hunter2 refused', 'password=*** refused'],
  ['run --token t0k3n now', 'run --token *** now'],
  ['postgres://user:pa55@db.local/x', 'postgres://user:***@db.local/x'],
  [
    'POST https://api.telegram.org/bot123456:AAH-abcdefghijklmnopqrst/sendMessage',
    'POST https://api.telegram.org/bot123456:***/sendMessage',
  ],
  ['Set-Cookie: sid=31d4d96e407aad42', 'Set-Cookie: ***'],
  ['key AKIAIOSFODNN7EXAMPLE rejected', 'key *** rejected'],
  ['token ghp_abcdefghijklmnopqrstuvwxyz0123456789', 'token ***'],
  ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N', 'jwt ***'],
  [
    'POST https://hooks.slack.com/services/T01/B02/abcDEF123 failed',
    'POST https://hooks.slack.com/services/*** failed',
  ],
  ['https://discord.com/api/webhooks/123456/aB-c_d: 404', 'https://discord.com/api/webhooks/***: 404'],
  ['bot 123456789:AAH-abcdefghijklmnopqrstuvwxyz01234 is gone', 'bot *** is gone'],
  ['GET https://hc-ping.com/0b9f5b0e-7c1f-4f0e-9d7e-0123456789ab/fail', 'GET https://hc-ping.com/***'],
  ['signed with whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'signed with ***'],
  ['{"routing_key":"0123456789abcdef0123456789abcdef"}', '{"routing_key":"***"}'],
  ['GET /data?key=abc&symbol=SPY', 'GET /data?key=***&symbol=SPY'],
  ['-----BEGIN RSA PRIVATE KEY-----MIIE x== -----END RSA PRIVATE KEY----- read', '*** read'],
  ['-----BEGIN PRIVATE KEY----- MIIEvQ', '***'],
  ['rows=120 status=late', 'rows=120 status=late'],
  ['at 2026-11-29 05:20:11 took 120000:12', 'at 2026-11-29 05:20:11 took 120000:12'],
])('%s is kept as %s', (line, kept) => {
  expect(redactLine(line)).toBe(kept)
})

test('a secret is masked before the line is cut', () => {
  const line = `${'x'.repeat(redactedLineLimit - 20)} Authorization: Bearer SECRETSECRETSECRET`
  expect(redactLine(line)).not.toContain('SECRET')
})

test('colours go, tabs and line ends become spaces, other control characters are shown', () => {
  expect(redactLine('a\u001b[31mb\u0007\tc\u009b2J\u001b]0;t\r')).toBe('ab\\x07 c\\x9b2J\\x1b]0;t')
})

test('a secret is masked also where a colour stands in the middle of its name', () => {
  expect(redactLine('pass\u001b[1mword=hunter2')).toBe('password=***')
})

test('of any line at most 200 characters are kept, on one line, no letter torn', () => {
  fc.assert(
    fc.property(fc.string({unit: 'binary', maxLength: 600}), (line) => {
      const kept = redactLine(line)
      expect(kept.length).toBeLessThanOrEqual(redactedLineLimit)
      expect(kept).not.toMatch(/\p{Cc}/u)
      // Half a letter would become U+FFFD on its way through UTF-8.
      const cut = redactLine(`${'x'.repeat(198)}😀${line}`)
      expect(new TextDecoder().decode(new TextEncoder().encode(cut)).slice(0, 199)).not.toContain('\ufffd')
    }),
  )
})

describe('a text that is four times as long is masked in about four times the time', () => {
  const hostile = [
    ...['a', '0.', '-', ' ', '\n', 'ab\n', 'AAAA\n', '\u001b[1', '"a', '/', '@'],
    ...['password=', 'passwordpassword', 'token-', 'token ', 'token: \t', '--token', '--token ', 'private_key.', 'a.'],
    ...['authorization ', 'Authorization:\r', 'Bearer ', 'Bearer \t', 'cookie', 'set-cookie: "'],
    ...['x://a:', '://a:a:a:', '://', 'x://u:p@', '?key=', '/bot12345', '/ping/', 'hooks.slack.com/services/'],
    ...['eyJ', 'eyJ-', 'eyJaaaaaaaa.', '-eyJaaaaaaaa', 'ghp_', '-sk-', '1234567:', 'QUJDREVGR0hJSktMTU5P'],
    ...['-----BEGIN PRIVATE KEY-----', '-----BEGIN ', '-----END PRIVATE KEY-----\n', `${'A'.repeat(64)}\n`],
  ]

  test.each(hostile)('if it is %j again and again', (piece) => {
    expect(growth((text) => redactOutput(text.split('\n')), repeated(piece))).toBeLessThan(linear)
  })
})

test('a secret is masked however long it and its name are', () => {
  const long = 'x'.repeat(3000)
  expect(redactOutput([`${long}_password=${long}`])).toEqual([`${long}_password=***`])
  expect(redactOutput([`a ghp_${long} b eyJ${long}.${long}.${long} c -eyJ${long}.${long}`])).toEqual([
    'a *** b *** c -***',
  ])
  expect(redactOutput([`an eyJ${long} is no token`])).toEqual([`an eyJ${long} is no token`])
})

describe('a private key over several lines is masked', () => {
  const body = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj'
  const [begin, end] = ['-----BEGIN PRIVATE KEY-----', '-----END PRIVATE KEY-----']

  test.each([
    ['as a whole', ['read', begin, body, 'c2hvcnQ=', end, 'done'], ['read', '***', '***', '***', '***', 'done']],
    ['without its begin', ['c2hvcnQ', body, 'c2hvcnQ=', end, 'done'], ['***', '***', '***', '***', 'done']],
    ['without its end', [begin, body, 'c2hvcnQ'], ['***', '***', '***']],
    ['without both', [body, body], ['***', '***']],
  ])('%s', (_title, lines, masked) => {
    expect(redactLines(lines)).toEqual(masked)
    expect(redactOutput(lines)).toEqual(masked)
  })
})

test('output is masked line by line and stays whole otherwise, without its colours', () => {
  const long = 'x'.repeat(redactedLineLimit * 30)
  expect(redactOutput(['\tpass\u001b[1mword=\u001b[0mhunter2 ', '', `${long} token=abc ${long}`])).toEqual([
    ...['\tpassword=*** ', '', `${long} token=*** ${long}`],
  ])
})
