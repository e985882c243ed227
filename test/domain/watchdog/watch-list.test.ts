import {expect, test} from 'vitest'
import {openclawDefaults} from '../../../src/config/default-values.js'
import {defaultSettings, jobDefaults} from '../../../src/config/defaults.js'
import type {Settings} from '../../../src/domain/settings/settings.js'
import type {WrongSettings} from '../../../src/domain/settings/wrong.js'
import {watchedJobs} from '../../../src/domain/watchdog/watch-list.js'

const nothing: WrongSettings = {message: 'wrong', jobs: {}, parts: []}
const id = '3a7f742b-889a-4c05-9697-f5f873fea02c'

const problems = (settings: Partial<Settings>) =>
  watchedJobs({...defaultSettings, ...settings}).map(({name, settingsProblem}) => [name, settingsProblem])

test('a wrong job is watched with its problems, unless it was not to be watched', () => {
  const one = {problems: ['a', 'b']}
  const wrong = {...nothing, jobs: {bad: {...one, isWatched: true}, quiet: {...one, isWatched: false}}}
  const jobs = {good: {...jobDefaults, command: ['true'] as const}}
  expect(problems({jobs, wrong})).toEqual([
    ['good', undefined],
    ['bad', 'its settings are wrong: a; b'],
  ])
})

test('while no job may run, those that guard starts are not well', () => {
  const jobs = {runs: {...jobDefaults, script: '/x.sh'}, seen: jobDefaults}
  expect(problems({jobs, wrong: {...nothing, refusal: 'no job runs'}})).toEqual([
    ['runs', 'no job runs'],
    ['seen', undefined],
  ])
})

test('no reset is asked for a job of OpenClaw whose settings are wrong', () => {
  const openclaw = {...openclawDefaults, jobs: {bad: {id}}}
  const wrong = {...nothing, jobs: {bad: {problems: ['a'], isWatched: true}}}
  expect(watchedJobs({...defaultSettings, openclaw})).toMatchObject([{name: 'bad', openclawId: id}])
  expect(watchedJobs({...defaultSettings, openclaw, wrong})).toMatchObject([{name: 'bad', openclawId: undefined}])
})

test.each([
  [{}, undefined, false],
  [{longestRunMs: 5}, 5, false],
  [{timeoutMs: 7}, undefined, true],
])('the limits of a run come from the job: %j', (own, longestRunMs, hasTimeout) => {
  const [job] = watchedJobs({...defaultSettings, jobs: {a: {...jobDefaults, ...own}}})
  expect(job?.limits).toMatchObject({longestRunMs, hasTimeout})
})
