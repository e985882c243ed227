import {expect, test} from 'vitest'
import {settingsAsWritten} from '../../src/config/display.js'
import {loadSettings} from '../../src/config/settings.js'
import {allSecretsOf} from '../../src/domain/settings/secrets-of.js'
import {checkSettings, settingsHome} from '../support/written-settings.js'

const store = {fleet: {postgres: {env: 'GUARD_FLEET_URL'}}}
const ofFleet = (job: object = {}) => ({...store, jobs: {nightly: {command: ['true'], scope: 'fleet', ...job}}})
const load = (written: unknown) => loadSettings(settingsHome(JSON.stringify(written), '.guardianrc.json').request)

test('a job is of its machine, and no store is asked, unless the settings say so', async () => {
  const settings = await checkSettings({jobs: {nightly: {command: ['true']}}}, '/srv/.guardianrc')
  expect([settings.fleet, settings.jobs['nightly']?.scope]).toEqual([undefined, 'machine'])
})

test('the store has limits of its own, and the file with its address is beside the settings', async () => {
  const {fleet} = await checkSettings({fleet: {postgres: {file: 'fleet.url'}}}, '/srv/.guardianrc')
  expect(fleet).toEqual({
    postgres: {file: '/srv/fleet.url'},
    timeoutMs: 3000,
    waitMs: 15_000,
    onStoreError: 'refuse',
  })
})

test('the store is shown as it is written, and its address counts as a secret', async () => {
  const settings = await checkSettings({fleet: {...store.fleet, timeout: '500ms'}}, '/srv/.guardianrc')
  expect(settingsAsWritten(settings)['fleet']).toMatchObject({timeout: '500ms', wait: '15s'})
  expect(allSecretsOf(settings)).toEqual([{env: 'GUARD_FLEET_URL'}])
})

const needsStore = 'jobs.nightly.scope: "fleet" needs a store; add it: fleet: {postgres: {env: GUARD_FLEET_URL}}'

test.each<[string, object, string]>([
  ['a job of a fleet needs the store', {jobs: ofFleet().jobs}, needsStore],
  [
    'so do defaults',
    {defaults: {scope: 'fleet'}},
    'defaults.scope: "fleet" needs a store; add it: fleet: {postgres: {env: GUARD_FLEET_URL}}',
  ],
  [
    'runs beside each other are no choice in a fleet',
    ofFleet({overlap: 'allow'}),
    'jobs.nightly.overlap: "allow" is not possible with scope: fleet; write skip or wait',
  ],
  [
    'nobody ends the run of another host',
    ofFleet({overlap: 'cancel-other'}),
    'jobs.nightly.overlap: "cancel-other" is not possible with scope: fleet; write skip or wait',
  ],
  [
    'a third of the ttl is longer than killAfter',
    ofFleet({ttl: '30s'}),
    'jobs.nightly.ttl: "30s" is too short for scope: fleet; write more than 30s, three times killAfter',
  ],
  [
    'also if killAfter is the one that is written',
    ofFleet({killAfter: '2m'}),
    'jobs.nightly.ttl: is too short for scope: fleet; write more than 360s, three times killAfter',
  ],
  [
    'a slot is the same on all hosts',
    ofFleet({schedule: '@every 90m'}),
    'jobs.nightly.schedule: "@every 90m" is counted by each host from its own last start; write a cron expression',
  ],
  [
    'what defaults say is told once',
    {...store, defaults: {scope: 'fleet', overlap: 'allow'}, jobs: {a: {command: ['true'], schedule: '0 2 * * *'}}},
    'defaults.overlap: "allow" is not possible with scope: fleet; write skip or wait',
  ],
  [
    'a scope is one of the two words',
    {...store, jobs: {nightly: {command: ['true'], scope: 'cluster'}}},
    'jobs.nightly.scope: "cluster" is unknown; write one of machine, fleet',
  ],
  [
    'a host has a name',
    {fleet: {...store.fleet, host: 'a b'}},
    'fleet.host: "a b" is not a name of a host; write letters, digits and . _ : @ -',
  ],
  ['the store has an address', {fleet: {}}, 'fleet.postgres: is missing; add it'],
  [
    'an unknown way out of a store that is away',
    {fleet: {...store.fleet, onStoreError: 'ignore'}},
    'fleet.onStoreError: "ignore" is unknown; write one of refuse, run',
  ],
])('%s', async (_title, written, problem) => {
  await expect(checkSettings(written, '/srv/.guardianrc')).rejects.toMatchObject({
    kind: 'config',
    message: `/srv/.guardianrc has a problem\n${problem}`,
  })
})

test('a ttl just above three times killAfter is enough', async () => {
  await expect(checkSettings(ofFleet({ttl: '30001ms'}), '/srv/.guardianrc')).resolves.toBeDefined()
})

test('a wrong store refuses the jobs that need it, and no other', async () => {
  const jobs = {here: {command: ['true']}, nightly: {command: ['true'], scope: 'fleet'}}
  const {wrong, fleet, ...settings} = await load({fleet: {...store.fleet, wait: 'long'}, jobs})
  expect([Object.keys(settings.jobs), fleet, wrong?.parts, wrong?.refusal]).toEqual([
    ['here'],
    undefined,
    ['fleet'],
    undefined,
  ])
  expect(wrong?.jobs['nightly']?.problems).toEqual([
    'jobs.nightly.scope: needs the store of the fleet, which is wrong: fleet.wait: "long" is not a duration; write 500ms, 30s, 10m, 2h or 1d',
  ])
})
