import {expect, test} from 'vitest'
import {defaultSettings} from '../../../src/config/defaults.js'
import type {Settings} from '../../../src/domain/settings/settings.js'
import {createReloader} from '../../../src/usecases/schedule/reload-settings.js'
import {fakeClock} from '../../support/fake-clock.js'

/** A settings file whose state the test sets, and what becomes of each change of it. */
function reloading() {
  const clock = fakeClock()
  const file = {stamp: 'a', settings: defaultSettings as Settings, objection: undefined as string | undefined}
  const done: string[] = []
  const reloader = createReloader({
    clock,
    file: {stamp: () => file.stamp, close: () => undefined},
    load: async () => file.settings,
    objectionTo: () => file.objection,
    accept: () => done.push('accepted'),
    refuse: (reason) => done.push(`refused: ${reason}`),
  })
  const settled = async () => {
    await reloader.look()
    clock.advance(500)
    await reloader.look()
    return done.splice(0)
  }
  return {file, reloader, settled, clock, done}
}

test('a change is read after half a second of quiet, and only then', async () => {
  const {file, reloader, clock, done} = reloading()
  file.stamp = 'b'
  expect(await reloader.look()).toBe(500)
  clock.advance(400)
  file.stamp = 'c'
  expect(await reloader.look()).toBe(500)
  expect(done).toEqual([])
  clock.advance(500)
  await reloader.look()
  expect(done).toEqual(['accepted'])
})

test('settings that are wrong, that are gone, or that cannot be followed are refused with the reason', async () => {
  const {file, settled} = reloading()
  const refusal = 'it cannot be loaded'
  file.stamp = 'b'
  file.settings = {...defaultSettings, wrong: {message: refusal, jobs: {}, parts: [], refusal}}
  expect(await settled()).toEqual(['refused: it cannot be loaded'])
  file.stamp = 'missing'
  expect(await settled()).toEqual(['refused: the settings file is gone'])
  Object.assign(file, {stamp: 'c', settings: defaultSettings, objection: 'stateDir was changed'})
  expect(await settled()).toEqual(['refused: stateDir was changed'])
  Object.assign(file, {stamp: 'd', objection: undefined})
  expect(await settled()).toEqual(['accepted'])
})
