import {existsSync, readFileSync, rmSync} from 'node:fs'
import {expect, test} from 'vitest'
import {processes, readProc} from '../support/processes.js'
import {createSandbox, type Sandbox, until} from '../support/sandbox.js'

/** Two projects of a user, each with its settings and its channel, that share a state directory. */

interface Message {
  readonly jobs: readonly {readonly job: string}[]
}

interface Project {
  /** The jobs of each message. */
  readonly told: () => readonly string[]
  readonly run: (...args: readonly string[]) => Promise<number | null>
  /** One round of the watchdog with the settings of the project. */
  readonly round: () => Promise<number | null>
  readonly name: (...jobs: readonly string[]) => void
}

/** Jobs that fail for one cause are one message. */
const failing = (job: string) => ['sh', '-c', `echo "HTTP 503 from ${job}"; exit 3`]

function project(box: Sandbox, folder: string, ...named: readonly string[]): Project {
  const sent = box.path(`${folder}/sent`)
  const cwd = box.path(folder)
  const name = (...jobs: readonly string[]) => {
    const settings = {
      jobs: Object.fromEntries(jobs.map((job) => [job, {command: failing(job), schedule: '0 3 1 1 *'}])),
      channels: {ops: {type: 'command', command: ['sh', '-c', `message=$(cat); printf '%s\\n' "$message" >> ${sent}`]}},
      watchdog: {flapping: {incidents: 2, within: '1h', wellFor: '1s'}},
      alerting: {groupWait: '0s', routes: [{level: 'INFO', to: ['ops']}]},
    }
    box.write(`${folder}/.guardianrc.json`, JSON.stringify(settings))
  }
  name(...named)
  return {
    name,
    told: () => {
      if (!existsSync(sent)) return []
      const lines = readFileSync(sent, 'utf8').split('\n').slice(0, -1)
      return lines.map((line) => (JSON.parse(line) as Message).jobs.map(({job}) => job).join())
    },
    run: async (...args) => (await box.guardWith({cwd}, 'run', ...args)).code,
    round: async () => (await box.guardWith({cwd: '/'}, 'watchdog', '--config', `${cwd}/.guardianrc.json`)).code,
  }
}

const kinds = (box: Sandbox) =>
  box
    .journal('incidents.jsonl')
    .filter(({kind}) => kind === 'opened' || kind === 'resolved')
    .map(({kind, job}) => `${job} ${kind}`)

/** Whether a run has left a process that sends. */
const hasDeliverer = (box: Sandbox) =>
  processes().some(({pid}) => {
    const words = readProc(pid, 'cmdline').split('\0')
    return words.includes('--stay') && words.includes(box.stateDir)
  })

test('each of two watchdogs tells its own jobs, and ends no incident of the other', async () => {
  const box = createSandbox()
  const [first, second] = [project(box, 'first', 'scan'), project(box, 'second', 'load')]
  await first.round()
  await second.round()
  expect([await first.run('scan'), await second.run('load')]).toEqual([3, 3])
  for (let rounds = 0; rounds < 2; rounds++) {
    await first.round()
    await second.round()
  }
  await until(() => first.told().length > 0 && second.told().length > 0, 'both messages')
  expect([first.told(), second.told()]).toEqual([['scan'], ['load']])
  expect(kinds(box)).toEqual(['scan opened', 'load opened'])
  first.name('other')
  await second.round()
  await first.round()
  expect(kinds(box)).toEqual(['scan opened', 'load opened', 'scan resolved'])
})

test('incidents of other settings that count are shown by name, and one that is left to another watchdog says so', async () => {
  const box = createSandbox()
  const settings = (folder: string, jobs: object) => {
    const text = JSON.stringify({jobs, watchdog: {bootGrace: '0s'}})
    const file = box.write(`${folder}/.guardianrc.json`, text, 0o600)
    return async (...args: readonly string[]) => {
      const ended = await box.guard(...args, '--json', '--config', file)
      return {code: ended.code, ...(JSON.parse(ended.stdout) as Shown)}
    }
  }
  const stale = {command: ['true'], outputs: [{files: 'missing', maxAge: '1s'}]}
  const first = settings('first', {never: stale, both: stale})
  const second = settings('second', {load: {command: ['true']}, both: {command: ['true']}})
  await first('watchdog')
  await second('watchdog')
  const seenAt = Date.now()
  await until(() => Date.now() > seenAt + 1100, 'outputs that are too old')
  expect(await first('watchdog')).toMatchObject({code: 2, verdict: 'unhealthy'})
  await box.guard('run', 'both', '--config', box.path('second/.guardianrc.json'))
  const files = ['first', 'second'].map((folder) => box.path(`${folder}/.guardianrc.json`))
  const seen = await second('watchdog')
  expect(seen).toMatchObject({code: 2, others: [{job: 'never', incident: {told: true}, settingsFiles: [files[0]]}]})
  expect(seen.jobs?.find(({job}) => job === 'both')).toMatchObject({actions: [], leftTo: files[0]})
  expect((await second('status')).jobs?.map(({job}) => job).toSorted()).toEqual(['both', 'load', 'never'])
  expect(kinds(box)).toEqual(['never opened', 'both opened'])
  const {findings} = await second('doctor')
  expect(findings).toContainEqual(
    expect.objectContaining({check: 'watchdog', what: 'both is judged by watchdogs with several settings'}),
  )
})

interface Shown {
  readonly jobs?: readonly {readonly job: string}[]
  readonly findings?: readonly object[]
}

test('rounds of two watchdogs at once are made one after the other, and none is left out', async () => {
  const box = createSandbox()
  const projects = [project(box, 'first', 'scan'), project(box, 'second', 'load')]
  for (let minute = 0; minute < 5; minute++) {
    expect(await Promise.all(projects.map(({round}) => round()))).toEqual([0, 0])
  }
})

test('a project without a watchdog is told by its runs, while those of a watched job leave it to the watchdog', async () => {
  const box = createSandbox()
  const [first, second] = [project(box, 'first', 'scan'), project(box, 'second', 'load')]
  await first.round()
  await first.run('scan')
  expect([hasDeliverer(box), kinds(box)]).toEqual([false, []])
  await second.run('load')
  await until(() => second.told().length > 0, 'the message of the run')
  await first.round()
  await until(() => first.told().length > 0, 'the message of the round')
  expect([first.told(), second.told()]).toEqual([['scan'], ['load']])
  expect(kinds(box)).toEqual(['load opened', 'scan opened'])
})

test('a command that no settings name is told beside a watchdog, which never ends its incident', async () => {
  const box = createSandbox()
  const first = project(box, 'first', 'scan')
  await first.round()
  expect(await first.run('--job', 'loose', '--', ...failing('loose'))).toBe(3)
  await until(() => first.told().length > 0, 'the message')
  expect(first.told()).toEqual(['loose'])
  await first.round()
  expect(kinds(box)).toEqual(['loose opened'])
  await first.run('--job', 'loose', '--', 'true')
  await until(() => kinds(box).includes('loose resolved'), 'the end of the incident')
})

test('a command that flaps beside a watchdog is well again without it', async () => {
  const box = createSandbox()
  const first = project(box, 'first', 'scan')
  await first.round()
  const loose = (...command: readonly string[]) => first.run('--job', 'loose', '--', ...command)
  for (const [index, command] of [failing('loose'), ['true'], failing('loose')].entries()) {
    await loose(...command)
    await until(() => kinds(box).length === index + 1, 'the decision of the run')
  }
  expect(box.journal('incidents.jsonl').findLast(({kind}) => kind === 'opened')).toMatchObject({flapping: true})
  for (let run = 0; run < 3; run++) await loose('true')
  await until(() => kinds(box).filter((kind) => kind === 'loose resolved').length === 2, 'the end of the incident')
})

test('a job that a watchdog watches is left to it, by whichever settings it runs', async () => {
  const box = createSandbox()
  const [first, second] = [project(box, 'first', 'scan'), project(box, 'second', 'load')]
  await first.round()
  expect(await second.run('--job', 'scan', '--', ...failing('scan'))).toBe(3)
  expect([hasDeliverer(box), kinds(box)]).toEqual([false, []])
  await first.round()
  await until(() => first.told().length > 0, 'the message')
  expect([first.told(), second.told()]).toEqual([['scan'], []])
  first.name('other')
  await first.round()
  await second.run('--job', 'scan', '--', ...failing('scan'))
  await until(() => second.told().length > 0, 'the message by the settings of the run')
})

test('the incident of a run whose settings file was removed is ended by the watchdog of another', async () => {
  const box = createSandbox()
  const [first, second] = [project(box, 'first', 'scan'), project(box, 'second', 'load')]
  await first.round()
  await second.run('load')
  await until(() => second.told().length > 0, 'the message')
  await first.round()
  expect(kinds(box)).toEqual(['load opened'])
  rmSync(box.path('second/.guardianrc.json'))
  await first.round()
  expect(kinds(box)).toEqual(['load opened', 'load resolved'])
})

test('a watchdog that has stopped is told by its runs, by doctor and by health, though another makes its rounds', async () => {
  const box = createSandbox()
  const [first, second] = [project(box, 'first', 'scan'), project(box, 'second', 'load')]
  await first.round()
  const lease = () => box.journal('leases.jsonl').findLast(({job}) => job === 'guard-watchdog')
  const begun = Number(lease()?.at)
  const late = {jobs: {scan: {command: ['true']}}, watchdog: {lateAfter: '1s'}}
  box.write('first/.guardianrc.json', JSON.stringify(late))
  await until(() => Date.now() - begun > 2000, 'a late watchdog')
  await second.round()
  const cwd = box.path('first')
  const {stderr} = await box.guardWith({cwd}, 'run', 'scan')
  expect(stderr).toMatch(`guard: the watchdog of ${cwd}/.guardianrc.json is late: `)
  expect((await box.guardWith({cwd: box.path('second')}, 'run', 'load')).stderr).not.toContain('late')
  const health = JSON.parse((await box.guardWith({cwd}, 'health', '--json')).stdout)
  const check = health.checks.find(({check: name}: {readonly check: string}) => name === 'watchdog')
  expect(check).toMatchObject({
    verdict: 'degraded',
    facts: {is: 'late', settingsFile: `${cwd}/.guardianrc.json`, others: [{is: 'on-time'}]},
  })
  project(box, 'third', 'copy')
  const doctor = await box.guardWith({cwd: box.path('third')}, 'doctor', '--json')
  expect(doctor.stdout).toContain('No watchdog makes rounds with these settings')
})
