import {expect, test} from 'vitest'
import {GuardError} from '../../../../src/errors.js'
import {
  examineServices,
  examineSettings,
  examineSettingsOfJob,
  type SettingsDeps,
} from '../../../../src/usecases/diagnose/doctor/settings.js'

type Checked = Awaited<ReturnType<SettingsDeps['checkSettings']>>

const right: Checked = {file: '/p/.guardianrc.yaml', jobs: 2, error: undefined, warnings: []}
const warning = (of: string, text: string) => ({level: 'warning', of, text}) as const

async function settingsOf(checked: Partial<Checked>) {
  const deps = {checkSettings: async () => ({...right, ...checked})} as unknown as SettingsDeps
  const found = await examineSettings(deps, '/usr/bin')
  return found.map(({level, what, proof}) => [level, what, proof])
}

const wrongSettings = (message: string) => ({error: new GuardError('config', message)})

test('settings without a problem are well, with how many jobs they have', async () => {
  expect(await settingsOf({})).toEqual([['well', 'settings (2 jobs)', '/p/.guardianrc.yaml']])
  expect(await settingsOf({jobs: 1})).toEqual([['well', 'settings (1 job)', '/p/.guardianrc.yaml']])
  expect(await settingsOf({file: undefined, jobs: 0})).toEqual([['well', 'settings (no file)', '']])
})

test('each problem is a finding that names its key; the line that counts them is none', async () => {
  const message = '/p/.guardianrc.yaml has 2 problems\njobs.a.timeout: must be a time\njobs.b: is empty'
  expect(await settingsOf(wrongSettings(message))).toEqual([
    ['wrong', 'jobs.a.timeout is wrong', 'must be a time'],
    ['wrong', 'jobs.b is wrong', 'is empty'],
  ])
})

test('a problem without a key path is told whole', async () => {
  const message = '/p/a.yaml has a key twice in line 3\n/p/a.yaml has a problem\njobs.a.timeout: must be a time'
  expect(await settingsOf(wrongSettings(message))).toEqual([
    ['wrong', 'Settings are wrong', '/p/a.yaml has a key twice in line 3'],
    ['wrong', 'jobs.a.timeout is wrong', 'must be a time'],
  ])
})

test('the lines about a file that cannot be read at all are one finding', async () => {
  const checkSettings = async () => {
    throw new GuardError('config', '/p/a.yaml cannot be loaded: bad indentation\n 3 | jobs')
  }
  expect(await examineSettings({checkSettings} as unknown as SettingsDeps, '/usr/bin')).toMatchObject([
    {level: 'wrong', what: 'Settings are wrong', proof: '/p/a.yaml cannot be loaded: bad indentation;  3 | jobs'},
  ])
})

test('an error that is not about settings is not taken for wrong settings', async () => {
  const checkSettings = async () => {
    throw new GuardError('io', 'the disk is gone')
  }
  const examined = examineSettings({checkSettings} as unknown as SettingsDeps, '/usr/bin')
  await expect(examined).rejects.toThrow('the disk is gone')
})

test('what a job needs and this machine lacks is wrong, and PATH is named for what is searched in it', async () => {
  const searched = "looked for with cron's PATH /usr/bin, unless its job sets another"
  const warnings = [
    warning('jobs.a.command', 'node is not there'),
    warning('interpreters[".py"]', 'python3, which jobs.b.script needs, is not there'),
    warning('jobs.c.script', '/opt/c.sh is not there'),
  ]
  expect((await settingsOf({warnings})).map(([level, , proof]) => [level, proof])).toEqual([
    ['wrong', searched],
    ['wrong', searched],
    ['wrong', ''],
  ])
})

test('another weak point is a thing to look at; notes are left out, and services, which are asked themselves', async () => {
  const warnings = [
    warning('/p/b.yaml', 'is not used, because /p/a.yaml comes first'),
    warning('services.db.command', 'pg is not there'),
    {level: 'note', of: 'jobs.a', text: 'may hang for ever'} as const,
  ]
  expect(await settingsOf({warnings})).toEqual([['look', '/p/b.yaml: is not used, because /p/a.yaml comes first', '']])
})

function ofJob(wrong: Partial<SettingsDeps['wrong']>) {
  const whole = {message: '', jobs: {}, parts: [], ...wrong}
  return examineSettingsOfJob({wrong: whole} as unknown as SettingsDeps, 'scan')
}

test('for one job only its own wrong part counts, and what keeps all jobs from running', () => {
  const problems = {problems: ['jobs.scan.timeout: must be a time'], isWatched: true}
  expect(ofJob({jobs: {scan: problems}})).toMatchObject([{level: 'wrong', proof: 'jobs.scan.timeout: must be a time'}])
  expect(ofJob({jobs: {other: problems}, parts: ['channels.ops']})).toMatchObject([{level: 'well'}])
  expect(ofJob({refusal: 'stateDir: is wrong\nlogDir: is wrong'})).toMatchObject([
    {level: 'wrong', proof: 'stateDir: is wrong; logDir: is wrong'},
  ])
})

test('each service is asked with the PATH of cron', async () => {
  const asked: string[] = []
  const askService: SettingsDeps['askService'] = async (name, path) => {
    asked.push(`${name} ${path}`)
    return {name, manager: 'systemd', state: 'up', detail: ''} as never
  }
  await examineServices({services: ['db', 'api'], askService} as unknown as SettingsDeps, '/usr/bin')
  expect(asked).toEqual(['db /usr/bin', 'api /usr/bin'])
})
