import {existsSync} from 'node:fs'
import {expect, test} from 'vitest'
import {toPlain} from '../../src/config/plain.js'
import {loadSettings} from '../../src/config/settings.js'
import {GuardError} from '../../src/errors.js'
import {fc} from '../support/properties.js'
import {checkFile, checkSettings, settingsHome} from '../support/written-settings.js'

const load = (text: string, name?: string) => checkFile(settingsHome(text, name).request)

test.each([
  ['.guardianrc', 'watchdog: {lateAfter: 1h}'],
  ['.guardianrc', '{"watchdog": {"lateAfter": "1h"}}'],
  ['.guardianrc.json', '{"watchdog": {"lateAfter": "1h"}}'],
  ['.guardianrc.yml', 'watchdog: {lateAfter: 1h}'],
  ['.guardianrc.json', '\uFEFF{"watchdog": {"lateAfter": "1h"}}'],
  ['.guardianrc', '\uFEFFwatchdog: {lateAfter: 1h}'],
  ['package.json', '{"guardian": {"watchdog": {"lateAfter": "1h"}}}'],
])('%s is loaded: %s', async (name, text) => {
  expect((await load(text, name)).watchdog.lateAfterMs).toBe(3_600_000)
})

test('without a file all settings are defaults', async () => {
  expect((await loadSettings(settingsHome().request)).file).toBeUndefined()
})

test.each(['', '\n# nothing yet\n', 'jobs:\nservices:\n'])('an empty file is valid: %j', async (text) => {
  expect((await load(text)).jobs).toEqual({})
})

test.each([
  ['.guardianrc', 'jobs: {scan', /cannot be loaded: unexpected end .* \(2:1\)/],
  ['.guardianrc', 'jobs: {a: {}}\njobs: {}', /duplicated mapping key/],
  ['.guardianrc.json', '{"jobs":', /cannot be loaded: /],
  ['.guardianrc.json', '{\n  "a": 1,\n  b}', /cannot be loaded: .* JSON.* \(3:3\)\nline 3: {3}b\}$/],
  ['.guardianrc', 'a: 1\n  b: c: 2', /cannot be loaded: .* \(2:\d+\)\nline 2: {3}b: c: 2$/],
  ['.guardianrc.json', '{"jobs": {\n"a": 1,\n"a": 2}}', /has a key twice \(3:1\)\nline 3: "a": 2\}\}\n.*has a problem/],
  ['.guardianrc', 'jobs: !!binary aGVsbG8=', /jobs: is not a value that settings can have/],
  ['.guardianrc', 'jobs: &a {x: *a}', /is nested too deeply or refers to itself/],
  ['.guardianrc', '- a', /must be a map of keys/],
])('%s is refused: %j', async (name, text, message) => {
  await expect(load(text, name)).rejects.toThrow(
    expect.objectContaining({kind: 'config', message: expect.stringMatching(message)}),
  )
})

test('a program that is named is refused, and not run', async () => {
  const {request, write, path} = settingsHome()
  const file = write('settings.cjs', `require('node:fs').writeFileSync(${JSON.stringify(path('ran'))}, '')\n`)
  await expect(checkFile({...request, configFlag: file})).rejects.toThrow(/is a program, and settings are data/)
  expect(existsSync(path('ran'))).toBe(false)
})

test('a few bytes that expand to a billion values are refused', async () => {
  const rows = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
  for (let row = 1; row < 12; row++) rows.push(`a${row}: &a${row} [${`*a${row - 1}, `.repeat(10)}]`)
  await expect(load(rows.join('\n'))).rejects.toThrow(/nested too deeply/)
})

test('the error names the file, how many problems there are, and what to do next', async () => {
  const home = settingsHome('jbos: {}\njobs: {scan: {timeout: x}}')
  await expect(checkFile(home.request)).rejects.toThrow(
    expect.objectContaining({
      message: expect.stringMatching(new RegExp(`^${home.file} has 2 problems\n`)),
      hints: ['correct it and check it: guard config check'],
      details: {file: home.file, problems: [expect.anything(), expect.anything()]},
    }),
  )
})

const keys = fc.constantFrom(
  'jobs',
  'scan',
  'services',
  'recovery',
  'do',
  'when',
  'restart',
  'service',
  'env',
  'timeout',
  'channels',
  'type',
  'retry',
  'classes',
  'failures',
  'outputs',
  'files',
  'defaults',
  'breakers',
  'targets',
  'openclaw',
  'id',
  '__proto__',
  'constructor',
  'x',
)
const words = fc.constantFrom(
  '5m',
  'clear-locks',
  'restart',
  'verify',
  'telegram',
  'systemd',
  '(',
  '* * * * *',
  '../x',
  '',
)
const {anything} = fc.letrec((tie) => ({
  anything: fc.oneof(
    {depthSize: 'medium'},
    fc.jsonValue(),
    words,
    fc.array(tie('anything'), {maxLength: 3}),
    fc.dictionary(keys, tie('anything'), {maxKeys: 6}),
  ),
}))

test('whatever JSON is written, it is settings or a GuardError of kind config', async () => {
  await fc.assert(
    fc.asyncProperty(anything, async (written) => {
      const {value, problems} = toPlain(written)
      try {
        if (problems.length === 0) await checkSettings(value, '/x/.guardianrc')
      } catch (error) {
        if (!(error instanceof GuardError) || error.kind !== 'config') throw error
      }
    }),
    {numRuns: 2000},
  )
})

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:@-]{0,12}$/)
const span = fc.nat({max: 9999}).map((seconds) => `${seconds + 1}s`)
const job = fc.record(
  {
    timeout: span,
    env: fc.dictionary(
      fc.stringMatching(/^[A-Z]{1,5}$/),
      fc.string().map((text) => text.replaceAll('\0', '')),
    ),
    quiet: fc.boolean(),
    retry: fc.record({maxAttempts: fc.integer({min: 1, max: 9}), maxDelay: span}, {requiredKeys: []}),
    failures: fc.dictionary(fc.constantFrom('a', '7', 'b-c'), fc.constantFrom('x', ['y', 'z.*'])),
    recovery: fc.array(fc.constantFrom({do: 'verify'}, {do: 'wait', for: '5s'}, {do: 'alert', when: ['timeout']})),
    outputs: fc.array(fc.record({files: fc.constant('a b\n"c"'), maxAge: span})),
  },
  {requiredKeys: []},
)

test('what the cache gives equals what a fresh reading gives', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(name, job, {maxKeys: 5}),
      job.map(({outputs, ...rest}) => rest),
      async (jobs, defaults) => {
        const {request} = settingsHome(JSON.stringify({jobs, defaults}), '.guardianrc.json')
        const fresh = await loadSettings(request)
        const kept = await loadSettings(request)
        expect(kept).not.toBe(fresh)
        expect(kept).toStrictEqual(fresh)
      },
    ),
    {numRuns: 60},
  )
})
