import {expect, test} from 'vitest'
import {formatSize, parseSize} from '../../../src/domain/settings/size.js'
import {fc} from '../../support/properties.js'

test.each([
  ['512', 512],
  ['64kB', 65_536],
  ['10MB', 10_485_760],
  ['10MiB', 10_485_760],
  ['1.5G', 1_610_612_736],
])('the size %s is %i bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes)
})

test.each(['', '-1', '10 parsecs', 'MB', '99999999999TB', '1e3'])('%j is not a size', (text) => {
  expect(parseSize(text)).toBeUndefined()
})

test('what is formatted is read back', () => {
  fc.assert(fc.property(fc.nat(), (bytes) => parseSize(formatSize(bytes)) === bytes))
})
