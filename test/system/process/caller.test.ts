import {expect, test} from 'vitest'
import {parseCaller} from '../../../src/system/process/caller.js'

const stat = (ignored: number) => `S ${Array.from({length: 29}, (_, index) => index).join(' ')} ${ignored} 65536`

test('the note of the launcher names the limit, the descriptors above the streams, and the ignored signals', () => {
  expect(parseCaller(`1024:0,7,12:${stat(0x1201)}`)).toEqual({
    openFiles: '1024',
    ignored: [1, 10, 13],
    descriptors: [7, 12],
  })
})

test('the highest signal of the mask is found too', () => {
  expect(parseCaller(`unlimited::${stat(2 ** 30)}`)).toEqual({openFiles: 'unlimited', ignored: [31], descriptors: []})
})

test.each(['', '::', '1024; rm -rf /:x,$(y):S z', 'a:b:c'])(
  'what is not a note is not a command either: %j',
  (note) => {
    expect(parseCaller(note)).toEqual({openFiles: undefined, ignored: [], descriptors: []})
  },
)
