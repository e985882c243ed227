import {createHash} from 'node:crypto'
import {describe, expect, test} from 'vitest'
import {defaultSettings} from '../../../src/config/defaults.js'
import type {JobSettings} from '../../../src/domain/settings/job.js'
import type {Settings} from '../../../src/domain/settings/settings.js'
import {GuardError} from '../../../src/errors.js'
import {type RunAsked, resolveRun} from '../../../src/usecases/run/resolve-run.js'

const job = (own: Partial<JobSettings>): JobSettings => ({...defaultSettings.defaults, ...own})

const ownRetry = {...defaultSettings.defaults.retry, maxAttempts: 2, firstDelayMs: 300_000, on: ['timed-out' as const]}

const settings: Settings = {
  ...defaultSettings,
  file: '/etc/guardian/config.yaml',
  jobs: {
    check: job({script: '/srv/check.py', args: ['--fast'], timeoutMs: 5000}),
    backup: job({command: ['rsync', '-a'], args: ['/srv'], retry: ownRetry}),
    piped: job({command: ['echo a | cat'], shell: true}),
    watched: job({}),
    lost: job({script: '/gone/lost.py'}),
  },
  scripts: {'/srv/check.py': 'check'},
}

function resolve(asked: Partial<RunAsked> & Pick<RunAsked, 'argv'>) {
  const deps = {
    settings,
    absolute: (path: string, folder = '/srv') => (path.startsWith('/') ? path : `${folder}/${path}`),
    asNamed: (path: string, folder = '/named') => (path.startsWith('/') ? path : `${folder}/${path}`),
    path: '/usr/bin:/bin/',
    digest: (text: string) => createHash('sha256').update(text).digest('hex'),
    exists: (path: string) => path !== 'nosuch' && path !== 'chekc' && path !== 'gone.sh',
    commandOfScript: ({path, args}: {path: string; args: readonly string[]}) => {
      if (path.startsWith('/gone/')) throw new GuardError('not-found', `${path}: no such job or file`)
      return ['run-it', path, ...args] as const
    },
  }
  return resolveRun(deps, {form: 'script', jobFlag: undefined, flags: {}, ...asked})
}

const facts = (asked: Partial<RunAsked> & Pick<RunAsked, 'argv'>) => {
  const {job: name, argv, configured} = resolve(asked)
  return [name, argv(), configured]
}

describe('what is run', () => {
  test('the name of a configured job is that job, with its arguments before those of the command line', () => {
    expect(facts({argv: ['check', '-v']})).toEqual(['check', ['run-it', '/srv/check.py', '--fast', '-v'], true])
    expect(facts({argv: ['backup', '/dst']})).toEqual(['backup', ['rsync', '-a', '/srv', '/dst'], true])
  })

  test('a script that the settings name is its job, wherever it is named from', () => {
    expect(facts({argv: ['check.py']})).toEqual(['check', ['run-it', 'check.py', '--fast'], true])
    expect(resolve({argv: ['/srv/check.py']}).settings.timeoutMs).toBe(5000)
  })

  test('any other script is a job called after its file, with a hash of its path', () => {
    const [name, ...line] = facts({argv: ['/opt/clean up.sh', 'x']})
    expect(name).toMatch(/^clean-up-[0-9a-f]{8}$/)
    expect(line).toEqual([['run-it', '/opt/clean up.sh', 'x'], false])
  })

  test('a script that the settings name is its job behind -- too', () => {
    expect(resolve({form: 'command', argv: ['/srv/check.py', '-v']}).job).toBe('check')
    expect(resolve({form: 'command', argv: ['python3', '-u', '/srv/check.py']}).job).toBe('check')
    expect(resolve({form: 'command', argv: ['./check.py'], flags: {cwd: '/other'}}).job).not.toBe('check')
  })

  test('behind -- stands a command line, even if it begins like the name of a job', () => {
    expect(facts({form: 'command', argv: ['check', '-v']})).toEqual(['check', ['check', '-v'], true])
  })

  test('--job names the job, and brings its settings', () => {
    expect(facts({form: 'command', argv: ['sleep', '5'], jobFlag: 'watched'})).toEqual([
      'watched',
      ['sleep', '5'],
      true,
    ])
    expect(resolve({form: 'command', argv: ['x'], jobFlag: 'check'}).settings.timeoutMs).toBe(5000)
  })

  test('a number of attempts from a flag leaves the job its other rules for retries', () => {
    const {retry} = resolve({argv: ['backup'], flags: {maxAttempts: 4}}).settings
    expect(retry).toEqual({...settings.jobs['backup']?.retry, maxAttempts: 4})
    expect(resolve({argv: ['backup'], flags: {timeoutMs: 1}}).settings.retry).toEqual(settings.jobs['backup']?.retry)
  })

  test('flags outrank the settings of the job', () => {
    expect(resolve({argv: ['check'], flags: {timeoutMs: 1}}).settings.timeoutMs).toBe(1)
  })

  test.each([
    ['a configured command', {argv: ['piped']}, 'echo a | cat'],
    [
      'words behind --',
      {form: 'command' as const, argv: ['echo', 'a', '|', 'cat'], flags: {shell: true}},
      'echo a | cat',
    ],
    ['one word that is a line', {argv: ['echo a | cat'], flags: {shell: true}}, 'echo a | cat'],
  ])('a shell reads %s where one is asked for', (_, asked, line) => {
    expect(resolve(asked).argv()).toEqual(['/bin/sh', '-c', line])
  })

  test('a name out of the prototype of objects is a file like any other', () => {
    expect(facts({argv: ['/bin/constructor']})).toEqual(['constructor', ['run-it', '/bin/constructor'], false])
    expect(facts({argv: ['/bin/__proto__']})).toEqual(['proto__', ['run-it', '/bin/__proto__'], false])
  })
})

describe('what cannot be run is refused with the way out', () => {
  test.each([
    ['nothing', {argv: []}, /nothing to run/],
    ['an empty word', {argv: ['']}, /nothing to run/],
    ['a name that is none', {argv: ['x'], jobFlag: '../x'}, /--job "\.\.\/x" is not a name of a job/],
    ['a file that gives no name', {argv: ['/srv/???']}, /no job can be named after "\/srv\/\?\?\?"/],
    ['a job that is only watched', {argv: ['watched']}, /watched has neither script nor command/],
  ])('%s', (_, asked, words) => {
    expect(() => resolve(asked)).toThrow(
      expect.objectContaining({kind: 'usage', message: expect.stringMatching(words)}),
    )
  })
})

test('a script of the settings that is not there is told with the place where they name it', () => {
  expect(() => resolve({argv: ['lost']}).argv()).toThrow(
    expect.objectContaining({
      ...{kind: 'not-found', message: '/gone/lost.py: there is no such file'},
      hints: ['put it back, or correct jobs.lost.script in /etc/guardian/config.yaml'],
    }),
  )
  expect(() => resolve({argv: ['/gone/other.py']}).argv()).toThrow('/gone/other.py: no such job or file')
})

describe('a bare word that is neither a job nor a file', () => {
  test('is a typing error, with the job that may be meant', () => {
    expect(() => resolve({argv: ['nosuch']})).toThrow('nosuch: no such job or file')
    expect(() => resolve({argv: ['chekc']})).toThrow(
      expect.objectContaining({kind: 'usage', hints: expect.arrayContaining(['did you mean check?'])}),
    )
  })

  test('is a job that could not start where its name is given, or where it is a path', () => {
    expect(resolve({argv: ['gone.sh'], jobFlag: 'nightly'}).job).toBe('nightly')
    expect(resolve({argv: ['./gone.sh']}).job).toMatch(/^gone-[0-9a-f]{8}$/)
    expect(resolve({argv: ['gone.sh'], form: 'command'}).job).toBe('gone')
  })
})
