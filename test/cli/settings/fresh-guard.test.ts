import {expect, test} from 'vitest'
import {freshGuard, hasUsableSettings} from '../../../src/cli/settings/fresh-guard.js'
import {defaultSettings} from '../../../src/config/defaults.js'
import type {Settings} from '../../../src/domain/settings/settings.js'
import {fakeClock} from '../../support/fake-clock.js'

/** A process that stays while its settings become others. */
function scene() {
  const clock = fakeClock()
  const made: (string | undefined)[] = []
  let settings: Settings = {...defaultSettings, file: 'first.yaml'}
  const open = (own: Settings) => ({settings: own, clock, ensureState: () => void made.push(own.file)})
  const guardNow = freshGuard(open(settings), async () => open(settings), hasUsableSettings)
  return {
    made,
    /** @returns the settings by which it works a second later */
    later: async (more: Partial<Settings> = {}) => {
      settings = {...settings, ...more}
      clock.advance(1000)
      return (await guardNow()).settings
    },
  }
}

test('a process that stays goes by the settings as they are now, in a state directory that it has looked at', async () => {
  const {later, made} = scene()
  expect((await later()).file).toBe('first.yaml')
  expect(made).toEqual([])
  expect((await later({file: 'second.yaml'})).file).toBe('second.yaml')
  expect(made).toEqual(['second.yaml'])
})

test('while the file is broken or gone the former settings stay; with a part that is wrong they are taken', async () => {
  const {later} = scene()
  expect((await later({file: undefined} as never)).file).toBe('first.yaml')
  const wrong = {message: 'it is not YAML', parts: [], jobs: {}}
  expect((await later({file: 'second.yaml', wrong: {...wrong, refusal: 'it is not YAML'}})).file).toBe('first.yaml')
  expect((await later({wrong: {...wrong, parts: ['channels']}})).file).toBe('second.yaml')
})
