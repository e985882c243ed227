import {execFileSync} from 'node:child_process'
import {existsSync, lutimesSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {startReady} from '../support/child.js'
import {createSandbox} from '../support/sandbox.js'

/** A folder with a lock of a process that is gone, and one that flock(1) holds. */
async function scene() {
  const sandbox = createSandbox()
  sandbox.write('data/dead.lock', execFileSync('sh', ['-c', 'echo $$'], {encoding: 'utf8'}))
  const live = sandbox.write('data/live.lock', '')
  await startReady('flock', live, 'sh', '-c', 'echo ready; sleep 300')
  return {...sandbox, locks: () => readdirSync(sandbox.path('data')).sort()}
}

test('locks list shows the proof for each lock', async () => {
  const {guard, path} = await scene()
  const {code, stdout} = await guard('locks', 'list', 'data/*.lock')
  const lines = stdout.trim().split('\n')
  expect(code).toBe(0)
  expect(lines[0]).toMatch(
    new RegExp(`^stale  ${path('data/dead.lock')}  its owner, process \\d+, is gone and no process`),
  )
  expect(lines[1]).toMatch(
    new RegExp(`^held   ${path('data/live.lock')}  process \\d+ \\(flock\\) holds a kernel lock`),
  )
})

test('locks clear moves the stale lock alone, and locks restore undoes it', async () => {
  const {guard, locks, path} = await scene()
  const cleared = await guard('locks', 'clear', 'data/*.lock', '--json')
  expect(JSON.parse(cleared.stdout)).toMatchObject({
    cleared: [path('data/dead.lock')],
    quarantineId: expect.any(String),
    locks: [{verdict: 'stale'}, {path: path('data/live.lock'), verdict: 'held'}],
    unreadable: [],
  })
  expect(locks()).toEqual(['live.lock'])

  const restored = await guard('locks', 'restore')
  expect([restored.code, restored.stdout]).toEqual([0, `restored  ${path('data/dead.lock')}\n`])
  expect(locks()).toEqual(['dead.lock', 'live.lock'])
})

test('locks clear leaves a link to a lock that is held', async () => {
  const {guard, locks, path} = await scene()
  symlinkSync('live.lock', path('data/link.lock'))
  lutimesSync(path('data/link.lock'), 0, 0)
  const {stdout} = await guard('locks', 'clear', 'data/l*.lock')
  expect(stdout).toContain(`${path('data/link.lock')}  is a link to ${path('data/live.lock')}, which may be in use`)
  expect(locks()).toEqual(['dead.lock', 'link.lock', 'live.lock'])
})

test('locks clear prints how to undo it', async () => {
  const {guard, locks} = await scene()
  const {stdout} = await guard('locks', 'clear', 'data/*.lock')
  const id = /to undo it: guard locks restore (\S+)/.exec(stdout)?.[1] ?? 'none'
  expect((await guard('locks', 'restore', id)).code).toBe(0)
  expect(locks()).toContain('dead.lock')
})

test('a dry run moves nothing, and makes no state directory', async () => {
  const {guard, locks, stateDir} = await scene()
  const {stdout} = await guard('locks', 'clear', '--dry-run', 'data/*.lock')
  expect(stdout).toMatch(/^stale .*dead\.lock/)
  expect(locks()).toEqual(['dead.lock', 'live.lock'])
  expect(existsSync(stateDir)).toBe(false)
})

test('without a pattern the clear-locks steps of the settings are meant, with their least age', async () => {
  const {guard, write, path} = createSandbox()
  write('data/young.lock', '')
  write(
    '.guardianrc.json',
    JSON.stringify({
      jobs: {scan: {script: 'scan.py', recovery: [{do: 'clear-locks', files: 'data/*.lock', minAge: '0s'}]}},
    }),
  )
  write('scan.py', '')
  const found = async (...args: string[]) => JSON.parse((await guard('locks', 'list', '--json', ...args)).stdout)
  expect(await found()).toMatchObject({locks: [{path: path('data/young.lock'), verdict: 'stale'}]})
  expect(await found('--min-age', '1h')).toMatchObject({locks: [{verdict: 'kept'}]})
})

test('without a pattern, and none in the settings, it is wrong usage with what to write', async () => {
  const {code, stderr} = await createSandbox().guard('locks', 'clear')
  expect(code).toBe(64)
  expect(stderr).toMatch(/no pattern of lock files is given/)
  expect(stderr).toMatch(/guard locks list 'state/)
})

test("guard's own files are no locks, however wide the pattern", async () => {
  const {guard, stateDir} = createSandbox()
  await guard('run', '--job', 'scan', '--', 'true')
  writeFileSync(`${stateDir}/job.lock`, '')
  const {stdout} = await guard('locks', 'clear', '--force', `${stateDir}/**`, '--json')
  expect(JSON.parse(stdout).cleared).toEqual([`${stateDir}/job.lock`])
  expect((await guard('history', 'scan', '--json')).stdout).toMatch(/"outcome":"healthy"/)
})

test('an id that the quarantine does not have is wrong usage, with those that it has', async () => {
  const {guard} = await scene()
  expect(await guard('locks', 'restore')).toMatchObject({code: 64, stderr: expect.stringMatching(/no cleared locks/)})
  await guard('locks', 'clear', 'data/*.lock')
  const {code, stderr} = await guard('locks', 'restore', '../..')
  expect([code, /choose one of: \S+/.test(stderr)]).toEqual([64, true])
})

test('a lock that was made anew is not overwritten by the old one', async () => {
  const {guard, path} = await scene()
  await guard('locks', 'clear', 'data/*.lock')
  writeFileSync(path('data/dead.lock'), 'new')
  const {stdout} = await guard('locks', 'restore')
  expect(stdout).toMatch(/^occupied .*dead\.lock/)
  expect(readFileSync(path('data/dead.lock'), 'utf8')).toBe('new')
})

test('a name that would take over a terminal is shown with its control characters as text', async () => {
  const {guard, write} = createSandbox()
  write('data/\u001b[31m\nx.lock', '')
  const {stdout} = await guard('locks', 'list', 'data/*.lock')
  expect(stdout).toContain('data/\\x1b[31m\\nx.lock ')
  expect(stdout).not.toContain('\u001b')
})

test('a file whose name is not that of a lock is cleared only with force', async () => {
  const {guard, locks, write} = await scene()
  write('data/notes.txt', '')
  const wide = await guard('locks', 'clear', '--min-age', '0s', 'data/*')
  expect(wide.stdout).toMatch(/^kept +\S*\/notes\.txt {2}its name is not that of a lock \(clear it with --force\)/m)
  expect(locks()).toEqual(['live.lock', 'notes.txt'])
  await guard('locks', 'clear', '--force', 'data/notes.txt')
  expect(locks()).toEqual(['live.lock'])
})
