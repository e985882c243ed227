import {describe, expect, test} from 'vitest'
import {channelIdOf, channelPlaceOf, keepFile} from '../../../src/domain/delivery/channel-place.js'

const [a, b] = ['/a/.guardianrc', '/b/.guardianrc']
const files = new Map([['ops', a]])
const always = () => true

describe('a channel in the outbox', () => {
  test('is known by its name', () => {
    expect(channelIdOf(files, {name: 'ops', settingsFile: a}, always)).toBe('ops')
    expect(channelIdOf(files, {name: 'mail', settingsFile: b}, always)).toBe('mail')
  })

  test('is told from one of the same name in other settings', () => {
    const id = channelIdOf(files, {name: 'ops', settingsFile: b}, always)
    expect(id).toBe('ops of /b/.guardianrc')
    expect(channelPlaceOf(new Map([[id, b]]), id)).toEqual({name: 'ops', settingsFile: b})
    expect(channelPlaceOf(files, 'ops')).toEqual({name: 'ops', settingsFile: a})
  })

  test('has the plain name once the other settings have no such channel any more', () => {
    expect(channelIdOf(files, {name: 'ops', settingsFile: b}, () => false)).toBe('ops')
  })

  test('is one of the process that sends, where nothing names its settings', () => {
    expect(channelPlaceOf(new Map(), 'ops')).toEqual({name: 'ops', settingsFile: undefined})
  })
})

test('of the files of channels a bounded number is kept, the newest', () => {
  const kept = new Map<string, string>()
  for (let index = 0; index < 1500; index++) keepFile(kept, [`c${index}`], a)
  expect([kept.size, kept.has('c1499'), kept.has('c0')]).toEqual([1000, true, false])
})
