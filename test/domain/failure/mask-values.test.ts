import {expect, test} from 'vitest'
import {maskValues} from '../../../src/domain/failure/mask-values.js'

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
  ['the longer one of two that begin alike', ['abcd', 'abcdefgh'], 'abcdefgh', '***'],
  ['nothing of three letters', ['abc'], 'abc', 'abc'],
])('%s is masked', (_title, secrets, text, masked) => {
  expect(maskValues(text, secrets)).toBe(masked)
})
