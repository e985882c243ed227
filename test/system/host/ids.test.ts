import {expect, test} from 'vitest'
import {newId} from '../../../src/system/host/ids.js'

test('an id has twelve characters that are safe in a file name and as an argument, and is unique', () => {
  const ids = Array.from({length: 1000}, newId)
  expect(ids.every((id) => /^[A-Za-z0-9][\w-]{11}$/.test(id))).toBe(true)
  expect(new Set(ids).size).toBe(1000)
})
