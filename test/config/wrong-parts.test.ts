import {expect, test} from 'vitest'
import {inspectSettings} from '../../src/config/inspect.js'
import {loadSettings} from '../../src/config/settings.js'
import {GuardError} from '../../src/errors.js'
import {fc} from '../support/properties.js'
import {settingsHome} from '../support/written-settings.js'

const load = (written: unknown) => loadSettings(settingsHome(JSON.stringify(written), '.guardianrc.json').request)
const right = {command: ['true'], timeout: '5m'}

test('a wrong job is left out and named with its problems; the others are whole', async () => {
  const {jobs, wrong} = await load({jobs: {good: right, bad: {script: 'b.sh', timeout: 'soon', ttl: 'x'}}})
  expect(Object.keys(jobs)).toEqual(['good'])
  expect(jobs['good']).toMatchObject({timeoutMs: 300_000})
  expect(wrong).toMatchObject({
    message: expect.stringMatching(/has 2 problems\n/),
    jobs: {bad: {isWatched: true, script: expect.stringMatching(/\/project\/b\.sh$/), problems: [/timeout/, /ttl/]}},
    parts: [],
  })
  expect(wrong?.refusal).toBeUndefined()
})

test('the notice leaves out what is told as the trouble of a wrong job that is watched', async () => {
  const bad = {script: 'b.sh', timeout: 'soon'}
  const noticeOf = async (written: object) => (await load(written)).wrong?.notice
  expect(await noticeOf({jobs: {bad}})).toBeUndefined()
  expect(await noticeOf({jobs: {bad: {...bad, watch: false}}})).toMatch(/has a problem\njobs\.bad\.timeout/)
  expect(await noticeOf({jobs: {bad}, logs: {keep: 'x'}})).toMatch(/has a problem\nlogs\.keep/)
  expect(await noticeOf({jobs: {bad}, defaults: {timeout: 'soon'}})).toMatch(/has a problem\ndefaults\.timeout/)
})

test.each<[string, object, string[]]>([
  ['a key', {logs: {keep: 'x', maxSize: '1MB'}}, ['logs.keep']],
  ['an unknown key', {logz: {}}, ['logz']],
  ['a service', {services: {a: {manager: 'x'}, b: {manager: 'systemd', unit: 'b'}}}, ['services.a']],
  ['a channel', {channels: {a: {type: 'ping'}}}, ['channels.a']],
  ['a target of a breaker', {breakers: {targets: {a: {failures: -1}}}}, ['breakers.targets.a']],
  ['a route', {alerting: {routes: [{to: []}, {to: 7}]}}, ['alerting.routes[1]']],
  ['a job of OpenClaw', {openclaw: {jobs: {a: {id: 'x'}}}}, ['openclaw.jobs.a']],
])('%s is left out alone', async (_title, written, parts) => {
  const settings = await load({...written, jobs: {good: right}})
  expect(settings.wrong).toMatchObject({parts, jobs: {}})
  expect(settings.wrong?.refusal).toBeUndefined()
  expect(settings.jobs['good']).toBeDefined()
})

test('what is right beside a wrong key stays', async () => {
  const settings = await load({logs: {keep: 'x', maxSize: '1MB'}, alerting: {routes: [{to: 7}, {to: []}]}})
  expect(settings.logs).toMatchObject({keep: 5, maxSizeBytes: 1024 * 1024})
  expect(settings.alerting.routes).toHaveLength(1)
})

test('a right job may name a wrong service: the service is wrong, not the job', async () => {
  const job = {...right, recovery: [{do: 'restart', service: 'a'}]}
  const {jobs, wrong} = await load({services: {a: {manager: 'x'}}, jobs: {good: job}})
  expect([Object.keys(jobs), Object.keys(wrong?.jobs ?? {})]).toEqual([['good'], []])
})

test.each([{defaults: {timeout: 'soon'}}, {stateDir: 7}, {jobs: 7}])('%j refuses every job', async (written) => {
  const {wrong, file} = await load({jobs: {good: right}, ...written})
  expect(wrong?.refusal).toMatch(/^no job of .* runs: /)
  expect(file).toBeDefined()
})

test.each(['jobs: [', '7'])('nothing is used of a file that is not settings at all: %j', async (text) => {
  const {wrong, file, jobs} = await loadSettings(settingsHome(text).request)
  expect([file, jobs]).toEqual([undefined, {}])
  expect(wrong?.refusal).toBe(wrong?.message)
})

test('a settings file that is named and not there refuses the jobs alone', async () => {
  const {wrong} = await loadSettings({...settingsHome().request, configFlag: '/no/such/file'})
  expect(wrong?.refusal).toMatch(/\/no\/such\/file does not exist/)
})

test.each([
  [{watch: false, timeout: 'soon'}, {}, false],
  [{timeout: 'soon'}, {watch: false}, false],
  [{watch: true, timeout: 'soon'}, {watch: false}, true],
])('a wrong job %j with defaults %j is watched: %s', async (job, defaults, isWatched) => {
  expect((await load({jobs: {bad: job}, defaults})).wrong?.jobs['bad']?.isWatched).toBe(isWatched)
})

test('a job without a value is wrong, and so is one named __proto__', async () => {
  const {request} = settingsHome('{"jobs": {"a": null, "__proto__": {"command": "true"}}}', '.guardianrc.json')
  const {jobs, wrong} = await loadSettings(request)
  expect(Object.keys(jobs)).toEqual([])
  expect(Object.entries(wrong?.jobs ?? {}).map(([name, job]) => [name, job.problems, job.isWatched])).toEqual([
    ['a', ['jobs.a: is empty; add a script or a command'], true],
    ['__proto__', ['jobs.__proto__: is not valid as a name; choose another'], false],
  ])
})

test('what is wrong comes from the cache as it was read', async () => {
  const {request} = settingsHome(JSON.stringify({jobs: {good: right, bad: {ttl: 'x'}}, logz: 1}), '.guardianrc.json')
  const fresh = await loadSettings(request)
  const kept = await loadSettings(request)
  expect(kept).not.toBe(fresh)
  expect(kept).toStrictEqual(fresh)
  expect(kept.wrong?.parts).toEqual(['logz'])
})

const value = fc.oneof(fc.jsonValue({maxDepth: 3}), fc.constantFrom('5m', 'x', '* * * * *'))
const part = fc.dictionary(fc.constantFrom('a', 'timeout', 'command', 'to', 'id', 'keep', '__proto__'), value)
const written = fc.dictionary(
  fc.constantFrom('jobs', 'services', 'defaults', 'logs', 'channels', 'breakers', 'openclaw', 'alerting', 'x'),
  fc.oneof(value, fc.dictionary(fc.constantFrom('a', 'targets', 'jobs', 'routes'), fc.oneof(value, part))),
)

test('whatever is wrong, right jobs stay, and every problem is said', async () => {
  await fc.assert(
    fc.asyncProperty(written, async (file) => {
      const jobs = {...(file['jobs'] as object | null), right}
      const home = settingsHome(JSON.stringify({...file, jobs}), '.guardianrc.json')
      const settings = await loadSettings(home.request)
      const {error} = await inspectSettings(home.request).catch((thrown: GuardError) => ({error: thrown}))
      expect(settings.wrong?.message).toBe(error?.message)
      if (settings.file !== undefined) expect(settings.jobs['right']).toBeDefined()
      if (error) expect(error).toBeInstanceOf(GuardError)
    }),
    {numRuns: 200},
  )
})
