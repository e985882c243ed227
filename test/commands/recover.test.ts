import {existsSync, readdirSync, readFileSync, truncateSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import type {RawRecord} from '../../src/domain/journal/record.js'
import {createSandbox, isAlive, type Sandbox, until} from '../support/sandbox.js'

interface Outcome {
  readonly interrupted: readonly {job: string; runId: string; reason: string}[]
  readonly reruns: readonly {job: string; runId: string; ok: boolean; reason?: string}[]
  readonly left: readonly {job: string; runId: string; reason: string}[]
  readonly files: readonly {path: string; is: string; reason: string}[]
}

const json = ({stdout}: {readonly stdout: string}) => JSON.parse(stdout) as Outcome

/** Waits, once it has said that it has begun. */
const waiting = '[sh, -c, "echo begun >> runs.txt; exec sleep 300"]'

/** The first run waits; one that resumes another ends at once. */
const resumable =
  '[sh, -c, \'echo "resumed: $GUARD_RESUMED_RUN" >> runs.txt; test -n "$GUARD_RESUMED_RUN" || exec sleep 300\']'

function boxWith(job: string, more = ''): Sandbox {
  const box = createSandbox()
  box.write('.guardianrc.yaml', `jobs:\n  scan: {cwd: ., ${job}}\n${more}`)
  return box
}

interface Processes {
  readonly runId: string
  readonly guard: number
  readonly job: number
}

const startedRuns = (box: Sandbox) => box.journal('runs.jsonl').filter(({kind}) => kind === 'started')

/** Waits until the process of the job is on record, and the job has written its line. */
async function processesOf(box: Sandbox, runs: number): Promise<Processes> {
  const pidOf = (ref: unknown) => (ref as {pid: number}).pid
  let found: Processes | undefined
  await until(() => {
    const leases = readRecords(box, 'leases.jsonl')
    const claims = leases.filter(({kind, job}) => kind === 'claimed' && job === 'scan')
    const claim = claims[runs - 1]
    const bound = claim && leases.find((record) => record['claim'] === claim.id && record['jobProcess'] !== undefined)
    if (
      claim &&
      bound &&
      readRecords(box, 'runs.jsonl').some(({kind, run}) => kind === 'started' && run === claim['holder'])
    )
      found = {runId: String(claim['holder']), guard: pidOf(claim['process']), job: pidOf(bound['jobProcess'])}
    return found !== undefined && existsSync(box.path('runs.txt')) && textOf(box).split('\n').length === runs + 1
  }, 'the process of the job on record')
  return found as Processes
}

function readRecords(box: Sandbox, name: string): readonly RawRecord[] {
  try {
    return box.journal(name)
  } catch {
    return []
  }
}

/** Kills guard and its job as the kernel does when memory is short. */
async function crash({guard, job}: Processes): Promise<void> {
  for (const pid of [guard, job]) process.kill(pid, 'SIGKILL')
  await until(() => !isAlive(guard) && !isAlive(job), 'both are gone')
}

async function crashedRun(box: Sandbox): Promise<Processes> {
  const running = box.start(['run', 'scan'])
  const processes = await processesOf(box, 1)
  await crash(processes)
  await running.ended
  return processes
}

test('a run whose guard and job were killed is interrupted, with what proves it, once', async () => {
  const box = boxWith(`command: ${waiting}`)
  const {runId, guard, job} = await crashedRun(box)
  const first = await box.guard('recover', '--json')
  const reason = `its guard and its job are gone: processes ${guard} and ${job} no longer run`
  expect(json(first)).toEqual({
    interrupted: [{job: 'scan', runId, startedAt: expect.stringMatching(/Z$/), reason}],
    ended: [],
    ...{reruns: [], left: [], files: []},
  })
  expect(first.code).toBe(0)
  expect(await box.guard('recover')).toMatchObject({code: 0, stdout: 'nothing to recover\n'})
  const {stdout} = await box.guard('history', 'scan', '--json')
  expect(JSON.parse(stdout)).toMatchObject({runs: [{runId, outcome: 'interrupted', detail: reason}]})
  expect(readFileSync(join(box.stateDir, 'logs/guardian.log'), 'utf8')).toContain(
    `recover: scan interrupted: ${reason}`,
  )
})

test('a run that lives is left, and one whose job alone lives too', async () => {
  const box = boxWith(`command: ${waiting}, onCrash: rerun`)
  const running = box.start(['run', 'scan'])
  const {runId, guard, job} = await processesOf(box, 1)
  const left = [{job: 'scan', runId, startedAt: expect.any(String), reason: 'its job is alive'}]
  expect(json(await box.guard('recover', '--json'))).toEqual({interrupted: [], ended: [], reruns: [], left, files: []})
  process.kill(guard, 'SIGKILL')
  await running.ended
  const alone = [{...left[0], reason: 'its guard is gone, and its job goes on: how it ends will not be known'}]
  expect(json(await box.guard('recover', '--json'))).toEqual({
    interrupted: [],
    ended: [],
    reruns: [],
    left: alone,
    files: [],
  })
  process.kill(job, 'SIGKILL')
  await until(() => !isAlive(job), 'the job is gone')
})

/** Every file below a folder with its content. */
function contentsOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, {recursive: true, withFileTypes: true}).filter((entry) => entry.isFile())
  return Object.fromEntries(
    files.map(({parentPath, name}) => [join(parentPath, name), readFileSync(join(parentPath, name), 'latin1')]),
  )
}

test('--dry-run says what would be done and changes nothing', async () => {
  const box = boxWith(`command: ${resumable}, onCrash: rerun`, 'crashedRuns: {files: runs/*.json, staleAfter: 1ms}\n')
  const path = box.write('runs/a.json', '{"phase_status": "running"}')
  const {runId} = await crashedRun(box)
  const before = [contentsOf(box.stateDir), contentsOf(box.path('runs'))]
  const dry = await box.guard('recover', '--dry-run', '--json')
  expect(json(dry)).toMatchObject({
    interrupted: [{job: 'scan', runId}],
    reruns: [{job: 'scan', runId, ok: true}],
    files: [{path, is: 'failed'}],
  })
  expect((await box.guard('recover', '--dry-run')).stdout).toMatch(
    /^scan +interrupted .*\nscan +run again .*\n\S+a\.json +failed /,
  )
  expect([contentsOf(box.stateDir), contentsOf(box.path('runs'))]).toEqual(before)
  expect(box.journal('runs.jsonl').map(({kind}) => kind)).toEqual(['started'])
})

const textOf = (box: Sandbox) => readFileSync(box.path('runs.txt'), 'utf8')

const linesOf = (box: Sandbox) => textOf(box).trim().split('\n')

/** Waits until a run after the crashed one has ended. */
const rerunEnded = (box: Sandbox) =>
  until(() => box.journal('runs.jsonl').some(({kind}) => kind === 'ended'), 'the end of the rerun')

test('of two that recover at once one runs the job again, once, with GUARD_RESUMED_RUN', async () => {
  const box = boxWith(`command: ${resumable}, onCrash: rerun`)
  const {runId} = await crashedRun(box)
  const both = (await Promise.all([box.guard('recover', '--json'), box.guard('recover', '--json')])).map(json)
  expect(both.flatMap(({interrupted}) => interrupted)).toMatchObject([{runId}])
  expect(both.flatMap(({reruns}) => reruns)).toEqual([{job: 'scan', runId, ok: true}])
  await rerunEnded(box)
  expect(linesOf(box)).toEqual(['resumed: ', `resumed: ${runId}`])
  expect(json(await box.guard('recover', '--json'))).toEqual({
    interrupted: [],
    ended: [],
    reruns: [],
    left: [],
    files: [],
  })
  expect(startedRuns(box)).toHaveLength(2)
  const {stdout} = await box.guard('history', 'scan', '--json')
  expect(JSON.parse(stdout).runs).toMatchObject([{outcome: 'healthy'}, {runId, steps: [{do: 'rerun', ok: true}]}])
})

test('a round of the watchdog recovers too, and nobody is told while the job is run again', async () => {
  const settings = `command: ${resumable}, onCrash: rerun, schedule: "0 0 1 1 *", timezone: UTC`
  const box = boxWith(settings, 'watchdog: {bootGrace: 0s}\n')
  const {runId} = await crashedRun(box)
  const [round] = await Promise.all([box.guard('watchdog', '--json'), box.guard('recover')])
  const {jobs} = JSON.parse(round.stdout) as {jobs: {verdict: string; actions: {do: string}[]}[]}
  expect(jobs.flatMap(({actions}) => actions.map((action) => action.do))).not.toContain('escalate')
  await rerunEnded(box)
  expect(linesOf(box)).toEqual(['resumed: ', `resumed: ${runId}`])
  expect(startedRuns(box)).toHaveLength(2)
})

test('a job with onCrash: leave, as by default, is not run again', async () => {
  const box = boxWith(`command: ${resumable}`)
  const {runId} = await crashedRun(box)
  expect(json(await box.guard('recover', '--json'))).toMatchObject({interrupted: [{runId}], reruns: []})
  expect(json(await box.guard('recover', '--json'))).toMatchObject({interrupted: [], reruns: []})
  expect(startedRuns(box)).toHaveLength(1)
})

test('a job whose recovery budget is spent is not run again, which is said', async () => {
  const box = boxWith(`command: ${waiting}, onCrash: rerun, budget: {recoveries: 1, per: 1h}`)
  await crashedRun(box)
  expect(json(await box.guard('recover', '--json')).reruns).toMatchObject([{ok: true}])
  const {runId} = await processesOf(box, 2).then(async (processes) => {
    await crash(processes)
    return processes
  })
  const reason = /^the budget for recoveries of scan from interrupted, 1 in 1h, is spent; the next is allowed at /
  const dry = await box.guard('recover', '--dry-run', '--json')
  expect(json(dry).reruns).toEqual([{job: 'scan', runId, ok: false, reason: expect.stringMatching(reason)}])
  const second = await box.guard('recover')
  expect(second.stdout).toMatch(/^scan +not run again +the budget for recoveries of scan from interrupted/m)
  expect([dry.code, second.code]).toEqual([1, 1])
  const alerts = box.journal('alerts.jsonl').map(({level, message}) => [level, message])
  const told = expect.stringMatching(/^scan was interrupted and is not run again: the budget/)
  expect(alerts).toEqual([['CRITICAL', told]])
  expect(json(await box.guard('recover', '--json')).reruns).toEqual([])
  expect(startedRuns(box)).toHaveLength(2)
  expect(JSON.parse((await box.guard('budget', 'list', '--json')).stdout)).toMatchObject({
    budgets: [{job: 'scan', class: 'interrupted', left: 0, allowed: 1}],
  })
})

test('in a unit of systemd that ends with guard the job is not run again, which is said', async () => {
  const box = boxWith(`command: ${resumable}, onCrash: rerun`)
  const {runId} = await crashedRun(box)
  const recovered = await box.guardWith({env: {SYSTEMD_EXEC_PID: '1'}}, 'recover', '--json')
  const reason = 'what this process starts would end with its systemd unit or container'
  expect(json(recovered).reruns).toEqual([{job: 'scan', runId, ok: false, reason}])
  expect(recovered.code).toBe(1)
})

test('a run inside a resumed run does not resume that run', async () => {
  const box = createSandbox()
  const nested = '"$GUARD_BIN" run --job inner -- sh -c \'echo "inner $GUARD_RESUMED_RUN"\''
  const line = `echo "outer $GUARD_RESUMED_RUN"; ${nested}`
  const {stdout} = await box.guardWith(
    {env: {GUARD_RESUMED_RUN: 'r1'}},
    'run',
    '--job',
    'outer',
    '--',
    'sh',
    '-c',
    line,
  )
  expect(stdout).toBe('outer r1\ninner \n')
})

test('a run of which only the end is not on record is interrupted as one that had ended well, and is not run again', async () => {
  const box = boxWith('command: [sh, -c, "echo ran >> runs.txt"], onCrash: rerun, budget: {recoveries: 5, per: 1h}')
  expect((await box.guard('run', 'scan')).code).toBe(0)
  // As if the disk had been full until guard was gone.
  cutFrom(box, 'runs.jsonl', 'ended')
  cutFrom(box, 'leases.jsonl', 'released')
  const {interrupted, reruns} = json(await box.guard('recover', '--json'))
  expect(interrupted).toMatchObject([
    {job: 'scan', reason: expect.stringMatching(/; its last attempt had ended healthy$/)},
  ])
  expect(reruns).toMatchObject([{ok: false, reason: 'its last attempt had ended healthy'}])
  expect(linesOf(box)).toEqual(['ran'])
})

/** Takes the last record of this kind, and what follows it, from a journal. */
function cutFrom(box: Sandbox, name: string, kind: string): void {
  const path = join(box.stateDir, name)
  const text = readFileSync(path, 'latin1')
  truncateSync(path, text.lastIndexOf('\n', text.lastIndexOf(`"kind":"${kind}"`)) + 1)
}
