import {expect, test} from 'vitest'
import {maskRedacted, maskValues} from '../../../src/domain/failure/mask-values.js'

test.each([
  ['a password', ['hunter2'], 'login with hunter2 failed', 'login with *** failed'],
  ['a secret as it stands in an address', ['a b/c?'], 'at /x/a%20b%2Fc%3F', 'at /x/***'],
  [
    'the keys of an address, not its host',
    ['https://hooks.example.com/services/T0123/B0123/abcdefghijkl?key=0123456789'],
    'hooks.example.com has no abcdefghijkl for 0123456789',
    'hooks.example.com has no *** for ***',
  ],
  ['the login of an address', ['https://user:pa55w0rd-long@h/x'], 'no pa55w0rd-long', 'no ***'],
  ['a key at the place of the host', ['tgram://123456:ABCDEFGHIJ/-100'], 'no bot ABCDEFGHIJ', 'no bot ***'],
  ['a secret as it stands in JSON', ['say "please"'], '{"word":"say \\"please\\""}', '{"word":"***"}'],
  ['the longer one of two that begin alike', ['abcdef', 'abcdefgh'], 'abcdefgh', '***'],
  ['nothing of five letters', ['abcde'], 'abcde', 'abcde'],
])('%s is masked', (_title, secrets, text, masked) => {
  expect(maskValues(text, secrets)).toBe(masked)
})

test('of a secret of several lines each long one is masked', () => {
  const key = '-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0BAQEF\nAA==\n-----END KEY-----'
  expect(maskValues('read MIIEvQIBADANBg\r then kqhkiG9w0BAQEF', [key])).toBe('read ***\r then ***')
})

test.each([
  ['whole', 'no plum&orchard', 'no ***'],
  ['behind the part that its shape has masked', 'password=***&orchard here', 'password=*** here'],
  ['before the part that its shape has masked', 'the plum&***', 'the ***'],
  ['cut off at the end', 'the word is plum&orc…', 'the word is ***…'],
  ['not if the end is another word', 'the word is plank…', 'the word is plank…'],
])('in a shortened line a secret is masked, %s', (_title, line, masked) => {
  expect(maskRedacted(line, ['plum&orchard'])).toBe(masked)
})
