import {expect, test} from 'vitest'
import {defaultSettings, jobDefaults} from '../../../src/config/defaults.js'
import type {WrongSettings} from '../../../src/domain/settings/wrong.js'
import {GuardError} from '../../../src/errors.js'
import {type RunAsked, resolveRun} from '../../../src/usecases/run/resolve-run.js'

const wrong: WrongSettings = {
  message: '/etc/x is wrong',
  jobs: {bad: {problems: ['jobs.bad.ttl: is wrong'], isWatched: true, script: '/srv/run-bad.sh'}},
  parts: [],
}
const files = ['good.sh', 'here.sh', '/srv/run-bad.sh', '/srv/good.sh', '/opt/bad.sh']

function outcome(asked: Partial<RunAsked> & Pick<RunAsked, 'argv'>, refusal?: string): string {
  const settings = {
    ...defaultSettings,
    jobs: {good: {...jobDefaults, script: '/srv/good.sh'}},
    scripts: {'/srv/good.sh': 'good'},
    wrong: {...wrong, ...(refusal !== undefined && {refusal})},
  }
  const commandOfScript = ({path}: {path: string}) => {
    if (!files.includes(path)) throw new GuardError('not-found', `${path} is not there`)
    return ['run-it', path] as const
  }
  const absolute = (path: string) => (path.startsWith('/') ? path : `/srv/${path}`)
  try {
    return resolveRun(
      {
        settings,
        commandOfScript,
        absolute,
        asNamed: absolute,
        exists: (path: string) => files.includes(path),
        path: '/opt',
        digest: () => 'abcdef01',
      },
      {form: 'script', jobFlag: undefined, flags: {}, ...asked},
    ).job
  } catch (error) {
    return `${(error as GuardError).kind}: ${(error as GuardError).message}`
  }
}

const isRefused = /^config: job bad does not run, because its settings are wrong: jobs\.bad\.ttl: is wrong$/

test.each<[string, Partial<RunAsked> & Pick<RunAsked, 'argv'>]>([
  ['by its name', {argv: ['bad']}],
  ['by its script', {argv: ['run-bad.sh']}],
  ['by a script of its name', {argv: ['/opt/bad.sh']}],
  ['by --job', {argv: ['here.sh'], jobFlag: 'bad'}],
  ['by --job before a command line', {form: 'command', argv: ['echo'], jobFlag: 'bad'}],
])('the wrong job is refused %s', (_title, asked) => {
  expect(outcome(asked)).toMatch(isRefused)
})

test.each<[string, Partial<RunAsked> & Pick<RunAsked, 'argv'>, string]>([
  ['a right job', {argv: ['good']}, 'good'],
  ['its script', {argv: ['good.sh']}, 'good'],
  ['another script', {argv: ['here.sh']}, 'here-abcdef01'],
  ['a command line', {form: 'command', argv: ['echo']}, 'echo'],
])('%s runs beside it', (_title, asked, job) => {
  expect(outcome(asked)).toBe(job)
})

test.each<[string, Partial<RunAsked> & Pick<RunAsked, 'argv'>, string]>([
  ['a job of the settings is refused', {argv: ['good']}, 'config: job good does not run: all is wrong'],
  ['a name that is no file is refused', {argv: ['nightly']}, 'config: job nightly does not run: all is wrong'],
  ['the script of a job runs', {argv: ['good.sh']}, 'good'],
  ['a file runs', {argv: ['here.sh']}, 'here-abcdef01'],
  ['a command line runs', {form: 'command', argv: ['good']}, 'good'],
])('while no job may run, %s', (_title, asked, expected) => {
  expect(outcome(asked, 'all is wrong')).toBe(expected)
})
