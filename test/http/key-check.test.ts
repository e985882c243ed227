import {expect, test} from 'vitest'
import {KeyCheck, keyProblem} from '../../src/http/key-check.js'

const key = 'correct-horse-battery-staple'

function checkAt(): {check: KeyCheck; setMs: (ms: number) => void} {
  let now = 0
  const setMs = (ms: number) => {
    now = ms
  }
  return {check: new KeyCheck(key, () => now), setMs}
}

test('without a key none is right', () => {
  const check = new KeyCheck(undefined, () => 0)
  expect([check.check('', 'a'), check.check('undefined', 'a'), check.check(undefined, 'a')]).toEqual([
    {is: 'wrong'},
    {is: 'wrong'},
    {is: 'missing'},
  ])
})

test('wrong keys block their address alone, a missing key blocks nothing', () => {
  const {check} = checkAt()
  for (let count = 0; count < 20; count++) expect(check.check(undefined, 'one')).toEqual({is: 'missing'})
  for (let count = 0; count < 10; count++) expect(check.check('wrong', 'one')).toEqual({is: 'wrong'})
  expect(check.check(key, 'one')).toEqual({is: 'blocked', retryAfterMs: 60_000})
  expect(check.check(key, 'other')).toEqual({is: 'accepted'})
})

test('a blocked address is heard again a minute after the first of its last ten failures, however often it asks', () => {
  const {check, setMs} = checkAt()
  for (let count = 0; count < 10; count++) {
    setMs(count * 1000)
    check.check('wrong', 'one')
  }
  setMs(59_999)
  expect(check.check(key, 'one')).toEqual({is: 'blocked', retryAfterMs: 1})
  setMs(60_000)
  expect(check.check('wrong', 'one')).toEqual({is: 'wrong'})
  expect(check.check(key, 'one')).toEqual({is: 'blocked', retryAfterMs: 1000})
  setMs(61_000)
  expect(check.check(key, 'one')).toEqual({is: 'accepted'})
})

test('many addresses take no more memory than a few thousand', () => {
  const {check} = checkAt()
  for (let count = 0; count < 10; count++) check.check('wrong', 'first')
  for (let count = 0; count < 4095; count++) check.check('wrong', `address ${count}`)
  expect(check.check(key, 'first')).toMatchObject({is: 'blocked'})
  for (let count = 0; count < 5000; count++) check.check('wrong', `another ${count}`)
  expect(check.check(key, 'first')).toEqual({is: 'accepted'})
})

test('a key is one that every client sends as the same bytes, and that is not guessed', () => {
  expect(keyProblem(key)).toBeUndefined()
  expect(keyProblem('four words with blanks')).toBeUndefined()
  expect(keyProblem('x'.repeat(15))).toBe('has less than 16 characters')
  for (const other of [
    'schlüssel-der-tür-1',
    'ключ-от-всех-дверей',
    'a-key-with-a\tTab-in-it',
    'a-key-with-a-\u007f-in-it',
  ])
    expect(keyProblem(other)).toMatch(/^has other characters than/)
  expect(keyProblem(`${key} `)).toBe('begins or ends with a blank')
})
