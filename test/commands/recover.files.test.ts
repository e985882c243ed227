import {spawnSync} from 'node:child_process'
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs'
import {createServer} from 'node:net'
import {expect, onTestFinished, test} from 'vitest'
import {isInitialPidns} from '../../src/system/host/namespaces.js'
import {createSandbox, isRoot, type Sandbox} from '../support/sandbox.js'

/** As the runner of OpenClaw writes it: without a pid, and with numbers that JavaScript would write in another way. */
const running = `{
  "job_id": "job-001",
  "phase": "execute",
  "phase_status": "running",
  "steps": [{"phase_status": "running", "pid": 1}],
  "cost_usd": 1.0,
  "ticket": 12345678901234567890,
  "title": "caf\u00e9"
}`

function boxOfFiles(settings = ''): Sandbox {
  const box = createSandbox()
  box.write('.guardianrc.yaml', `crashedRuns: {files: runs/*.json${settings}}\n`)
  mkdirSync(box.path('runs'))
  return box
}

/** A file that was last written so many minutes ago. */
function write(box: Sandbox, name: string, text: string, minutesAgo = 20): string {
  const path = box.write(`runs/${name}`, text, 0o640)
  const at = Date.now() / 1000 - minutesAgo * 60
  utimesSync(path, at, at)
  return path
}

interface CrashedFile {
  readonly path: string
  readonly is: string
  readonly reason: string
}

async function recover(
  box: Sandbox,
  ...flags: string[]
): Promise<{files: readonly CrashedFile[]; code: number | null}> {
  const {stdout, code} = await box.guard('recover', '--json', ...flags)
  return {...(JSON.parse(stdout) as {files: CrashedFile[]}), code}
}

test('the run of a silent owner becomes failed with the reason, and every other byte stays', async () => {
  const box = boxOfFiles()
  const path = write(box, 'a.json', running)
  const {files, code} = await recover(box)
  expect(files).toEqual([{path, is: 'failed', reason: expect.stringMatching(/^not written for 20m, at least 10m$/)}])
  expect(code).toBe(0)
  const text = readFileSync(path, 'utf8')
  const marked = running.replace('"phase_status": "running",\n  "steps"', '"phase_status": "failed",\n  "steps"')
  expect(text.replace(/, "recovery": \{.*\}\}$/s, '}')).toBe(marked)
  expect((JSON.parse(text) as {recovery: object}).recovery).toEqual({
    timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    ...{action: 'marked_for_recovery', by: 'guard', reason: files[0]?.reason},
    ...{original_phase_status: 'running', recovery_phase: 'execute'},
  })
  expect(statSync(path).mode & 0o777).toBe(0o640)
  expect(readdirSync(box.path('runs'))).toEqual(['a.json'])
  expect((await recover(box)).files).toEqual([])
})

test('the reason of an earlier crash is replaced, so that no key stands twice', async () => {
  const box = boxOfFiles()
  const path = write(box, 'a.json', '{"phase_status":"running","pid":4194304,"recovery":{"old":1},"n":1.50}')
  expect((await recover(box)).files).toMatchObject([{path, is: 'failed'}])
  expect(readFileSync(path, 'utf8')).toMatch(
    /^\{"phase_status":"failed","pid":4194304,"recovery":\{"timestamp":[^{}]*\},"n":1\.50\}$/,
  )
})

test.runIf(isInitialPidns())(
  'the run of a dead owner becomes failed at once, and that of a living one is left',
  async () => {
    const box = boxOfFiles()
    const {pid: dead} = spawnSync('true')
    const gone = write(box, 'dead.json', `{"phase_status": "running", "pid": ${dead}}`, 0)
    const alive = write(box, 'alive.json', `{"phase_status": "running", "pid": ${process.pid}}`, 0)
    const old = write(box, 'old.json', `{"phase_status": "running", "owner": {"pid": 1}}`)
    const {files} = await recover(box)
    expect(files).toEqual([
      {path: alive, is: 'left', reason: expect.stringMatching(/^its process \d+ \(.*\) is running$/)},
      {path: gone, is: 'failed', reason: `its process ${dead} is gone`},
      {path: old, is: 'left', reason: expect.stringMatching(/^its process 1 \(.*\) is running$/)},
    ])
  },
)

test('a run that is not silent for long is left, and so is what does not run', async () => {
  const box = boxOfFiles(', staleAfter: 1h')
  const path = write(box, 'fresh.json', running)
  write(
    box,
    'done.json',
    running.replace('"execute",\n  "phase_status": "running"', '"execute",\n  "phase_status": "done"'),
  )
  const half = write(box, 'half.json', running.slice(0, 50))
  write(box, 'other.txt', running)
  mkdirSync(box.path('runs/folder.json'))
  const {files, code} = await recover(box)
  expect(files).toEqual([
    {path, is: 'left', reason: expect.stringMatching(/^not written for 20m, less than 1h$/)},
    {path: half, is: 'left', reason: 'is not a JSON object'},
  ])
  expect(code).toBe(0)
})

test.runIf(isRoot)('what another user could have put there is refused and stays as it is', async () => {
  const box = boxOfFiles()
  const target = box.write('target', running)
  symlinkSync(target, box.path('runs/link.json'))
  spawnSync('mkfifo', [box.path('runs/fifo.json')])
  linkSync(box.write('second', running), box.path('runs/names.json'))
  chownSync(write(box, 'foreign.json', running), 12345, 12345)
  write(box, 'large.json', `${running.slice(0, -1)}, "more": "${'x'.repeat(1024 * 1024)}"}`)
  const server = createServer().listen(box.path('runs/socket.json'))
  onTestFinished(() => void server.close())
  const {files, code} = await recover(box)
  expect(files.map(({path, is, reason}) => [path.replace(`${box.dir}/runs/`, ''), is, reason])).toEqual([
    ['fifo.json', 'refused', 'is not a plain file of this user'],
    ['foreign.json', 'refused', 'is not a plain file of this user'],
    ['large.json', 'refused', 'is larger than 1 MiB'],
    ['link.json', 'refused', 'is not a plain file of this user'],
    ['names.json', 'refused', 'is not a plain file of this user'],
    ['socket.json', 'refused', 'is not a plain file of this user'],
  ])
  expect(code).toBe(1)
  for (const name of ['target', 'second', 'runs/foreign.json'])
    expect(readFileSync(box.path(name), 'utf8')).toBe(running)
})

test('files in a folder that others may write are refused, and the watchdog says so once', async () => {
  const box = boxOfFiles()
  const path = write(box, 'a.json', running)
  chmodSync(box.path('runs'), 0o777)
  const reason = `others may write ${box.path('runs')}`
  expect(await recover(box)).toEqual({...(await recover(box)), files: [{path, is: 'refused', reason}], code: 1})
  expect(readFileSync(path, 'utf8')).toBe(running)
  for (let round = 0; round < 2; round++) await box.guard('watchdog')
  const said = box.journal('alerts.jsonl').filter(({message}) => String(message).includes(reason))
  expect(said).toHaveLength(1)
})

test('a folder that is a link below a shared one is refused', async () => {
  const box = boxOfFiles()
  const path = write(box, 'a.json', running)
  chmodSync(box.dir, 0o1777)
  symlinkSync(box.path('runs'), box.path('way'))
  box.write('conf/.guardianrc.yaml', `crashedRuns: {files: ${box.path('way')}/*.json}\n`, 0o600)
  const {stdout} = await box.guardWith(
    {cwd: box.path('conf')},
    'recover',
    '--json',
    '--config',
    box.path('conf/.guardianrc.yaml'),
  )
  expect(JSON.parse(stdout)).toMatchObject({
    files: [{is: 'refused', reason: `${box.path('way')} is a link, and others may write ${box.dir}`}],
  })
  expect(readFileSync(path, 'utf8')).toBe(running)
})

test('of two that recover at once one marks each file', async () => {
  const box = boxOfFiles()
  const names = Array.from({length: 20}, (_, n) => `${n}.json`)
  for (const name of names) write(box, name, running)
  const both = await Promise.all([recover(box), recover(box), box.guard('watchdog')])
  const failed = both
    .slice(0, 2)
    .flatMap((each) => ('files' in each ? each.files : []))
    .filter(({is}) => is === 'failed')
  expect(new Set(failed.map(({path}) => path)).size).toBe(failed.length)
  const log = readFileSync(`${box.stateDir}/logs/guardian.log`, 'utf8')
  expect(log.match(/marked as failed/g)).toHaveLength(names.length)
  expect(readdirSync(box.path('runs')).sort()).toEqual(names.toSorted())
})
