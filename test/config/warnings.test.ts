import {chmodSync} from 'node:fs'
import {expect, test} from 'vitest'
import {inspectSettings} from '../../src/config/inspect.js'
import {settingsHome} from '../support/written-settings.js'

/** A project with the script `there.py`, the executable `there` and its folder as PATH. */
async function warningsFor(written: object, name = '.guardianrc.json'): Promise<string[]> {
  const home = settingsHome(JSON.stringify(written), name)
  home.write('project/there.py', '')
  chmodSync(home.write('project/there', ''), 0o755)
  const {warnings, error} = await inspectSettings({...home.request, env: {PATH: home.path('project')}})
  expect(error).toBeUndefined()
  const root = new RegExp(home.path('project').replaceAll('.', '\\.'), 'g')
  return warnings.map(({level, of, text}) => `${level}: ${of} ${text}`.replace(root, '.'))
}

const job = (fields: object) => ({jobs: {a: fields}})

test.each<[string, object, string[]]>([
  ['a script that is there', job({script: 'there.py', interpreter: 'there'}), []],
  ['a script that is not', job({script: 'gone.py'}), ['warning: jobs.a.script ./gone.py is not there']],
  [
    'an interpreter that is not there',
    job({script: 'there.py', interpreter: ['gone', '-x']}),
    ['warning: jobs.a.interpreter gone is not there'],
  ],
  [
    'an interpreter of the settings that is not there',
    {...job({script: 'there.py'}), interpreters: {'.py': ['gone']}},
    ['warning: interpreters[".py"] gone, which jobs.a.script needs, is not there'],
  ],
  ['an executable script, which needs no interpreter', {...job({script: 'there'})}, []],
  ['a program that is searched in PATH', job({command: ['there']}), []],
  [
    'a program that is searched in the PATH of its job',
    {jobs: {a: {command: ['there'], env: {PATH: '/nowhere'}}, b: {command: ['ls'], env: {PATH: '/usr/bin:/bin'}}}},
    ['warning: jobs.a.command there is not there'],
  ],
  ['a program that is not there', job({command: ['gone']}), ['warning: jobs.a.command gone is not there']],
  ['a program with a path', job({command: ['./gone']}), ['warning: jobs.a.command ./gone is not there']],
  ['a command of a shell, which is not looked into', job({command: 'gone | there', shell: true}), []],
  ['a directory', job({command: ['there'], cwd: 'gone'}), ['warning: jobs.a.cwd ./gone is not there']],
  [
    'a job with nothing to run',
    job({timeout: '5m'}),
    ['warning: jobs.a has neither script nor command, so `guard run a` has nothing to run'],
  ],
  [
    'a job of OpenClaw, which guard does not run',
    {...job({}), openclaw: {jobs: {a: {id: '3a7f742b-889a-4c05-9697-f5f873fea02c'}}}},
    [],
  ],
  [
    'a scheduled job without a limit',
    job({command: ['there'], schedule: '@daily'}),
    ['note: jobs.a has neither timeout nor silence, so a run may hang for ever'],
  ],
  [
    'a job of a fleet whose slots depend on the time zone of each host, as a note',
    {
      fleet: {postgres: {env: 'GUARD_FLEET_URL'}},
      jobs: {
        a: {command: ['there'], schedule: '@hourly', timeout: '1m', scope: 'fleet'},
        b: {command: ['there'], schedule: '@hourly', timeout: '1m', scope: 'fleet', timezone: 'UTC'},
        c: {command: ['there'], timeout: '1m', scope: 'fleet'},
      },
    },
    ['note: jobs.a has no timezone, so hosts of its fleet in different time zones run each slot once for each zone'],
  ],
  ['a scheduled job with a limit', job({command: ['there'], schedule: '@daily', silence: '1h'}), []],
  [
    'programs and places of a service',
    {
      services: {
        a: {manager: 'supervisor', program: 'a', command: 'gone', config: 'gone.conf'},
        b: {manager: 'command', restart: ['./gone.sh'], check: ['there']},
      },
    },
    [
      'warning: services.a.command gone is not there',
      'warning: services.a.config ./gone.conf is not there',
      'warning: services.b.restart ./gone.sh is not there',
    ],
  ],
])('%s', async (_title, written, warnings) => {
  expect(await warningsFor(written)).toEqual(warnings)
})

test.each([
  ['.guardianrc', '.guardianrc.json'],
  ['.guardianrc.json', '.guardianrc.yaml'],
])('of two settings files in one folder %s counts, and %s is named', async (first, second) => {
  const home = settingsHome('{}', first)
  home.write(`project/${second}`, '{}')
  expect((await inspectSettings(home.request)).warnings).toMatchObject([
    {of: home.path(`project/${second}`), text: `is not used, because ${home.file} comes first`},
  ])
})

test('settings in package.json beside a settings file are named too, another package.json is not', async () => {
  const home = settingsHome('{}')
  home.write('project/package.json', '{"name": "x"}')
  expect((await inspectSettings(home.request)).warnings).toEqual([])
  home.write('project/package.json', '\uFEFF{"guardian": {}}')
  expect((await inspectSettings(home.request)).warnings).toMatchObject([{of: home.path('project/package.json')}])
})
