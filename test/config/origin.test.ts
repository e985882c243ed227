import {expect, test} from 'vitest'
import {settingsAsWritten, withoutSecrets} from '../../src/config/display.js'
import {settingEntriesOf} from '../../src/config/origin.js'
import {checkSettings} from '../support/written-settings.js'

const file = '/srv/.guardianrc'
const written = {
  stateDir: 'state',
  defaults: {timeout: '5m', env: {A: '1'}},
  jobs: {scan: {silence: 90, env: {B: {env: 'SECRET_B'}}}},
  breakers: {defaults: {failures: 9}, targets: {api: {openFor: '1m'}}},
  channels: {ping: {type: 'ping', url: 'https://hc-ping.com/3a7f742b'}},
}
const settings = await checkSettings(written, file)
const leaves = new Map(
  settingEntriesOf(settingsAsWritten(settings), {file, written}).map(({key, value, origin}) => [key, {value, origin}]),
)

test.each([
  ['jobs.scan.silence', '90s', 'jobs.scan.silence'],
  ['jobs.scan.timeout', '5m', 'defaults.timeout'],
  ['jobs.scan.env.A', '1', 'defaults.env.A'],
  ['jobs.scan.env.B', {env: 'SECRET_B'}, 'jobs.scan.env.B'],
  ['breakers.targets.api.openFor', '1m', 'breakers.targets.api.openFor'],
  ['breakers.targets.api.failures', 9, 'breakers.defaults.failures'],
  ['stateDir', '/srv/state', 'stateDir'],
])('%s is %j, written at %s', (key, value, at) => {
  expect(leaves.get(key)).toEqual({value, origin: {from: 'file', file, key: at}})
})

test.each([
  ['jobs.scan.killAfter', '10s'],
  ['jobs.scan.retry.maxDelay', '1m'],
  ['logs.maxSize', '10MB'],
  ['services', {}],
])('%s is %j by default', (key, value) => {
  expect(leaves.get(key)).toEqual({value, origin: {from: 'default'}})
})

test('a field that is not a key of the file is not shown', () => {
  expect([...leaves.keys()].filter((key) => /dir$|scripts|^file$|Ms$|Bytes$/.test(key))).toEqual([])
})

test('an address that serves as a secret is shortened', () => {
  expect(leaves.get('channels.ping.url')?.value).toBe('https://hc-ping.com/…')
  expect(JSON.stringify(withoutSecrets(settings))).not.toContain('3a7f742b')
})

test('the shown settings are valid settings with the same meaning', async () => {
  const shown = settingsAsWritten(settings)
  const {file: _file, ...again} = await checkSettings({...shown, channels: written.channels}, file)
  const {file: _other, ...before} = settings
  expect(again).toEqual(before)
})
