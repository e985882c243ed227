import {mkdirSync, symlinkSync, unlinkSync} from 'node:fs'
import {describe, expect, test} from 'vitest'
import {createSandbox, type RunOptions, type Sandbox, until} from '../support/sandbox.js'

/** The names of jobs that nothing names, as the job sees them. */
async function nameOf(box: Sandbox, line: string, options: RunOptions = {}): Promise<string> {
  const {stdout, stderr} = await box.sh(line, options)
  expect(stderr).toBe('')
  return stdout.trim()
}

const tell = '#!/bin/sh\necho $GUARD_JOB\n'

test('two command lines for a shell are two jobs, and one of them is one wherever its arguments differ', async () => {
  const box = createSandbox()
  mkdirSync(box.path('other'))
  const line = `guard run -- sh -c 'echo $GUARD_JOB'`
  const name = await nameOf(box, line)
  expect(name).toMatch(/^sh-[0-9a-f]{8}$/)
  expect(await nameOf(box, `${line} x y`)).toBe(name)
  expect(await nameOf(box, `guard run -- sh -c 'echo  $GUARD_JOB'`)).not.toBe(name)
  expect(await nameOf(box, line, {cwd: box.path('other')})).not.toBe(name)
  expect(await nameOf(box, `guard run --cwd other -- sh -c 'echo $GUARD_JOB'`)).toBe(
    await nameOf(box, line, {cwd: box.path('other')}),
  )
})

test('two scripts of one name are two jobs, each of them the same in every spelling', async () => {
  const box = createSandbox()
  const [one, other] = [box.write('one/run.sh', tell, 0o755), box.write('other/run.sh', tell, 0o755)]
  const name = await nameOf(box, `guard run ${one}`)
  expect(name).toMatch(/^run-[0-9a-f]{8}$/)
  for (const line of ['guard run run.sh x', 'guard run -- ./run.sh', 'guard run -- sh ./run.sh y']) {
    expect(await nameOf(box, line, {cwd: box.path('one')}), line).toBe(name)
  }
  expect(await nameOf(box, `guard run ${other}`)).not.toBe(name)
})

test('a program of PATH and the script of a configured job have their plain names', async () => {
  const box = createSandbox()
  const tool = box.write('bin/tool.sh', tell, 0o755)
  const script = box.write('one/run.sh', tell, 0o755)
  box.write('.guardianrc.json', JSON.stringify({jobs: {nightly: {script}}}))
  expect(await nameOf(box, 'guard run -- tool.sh')).toBe('tool')
  expect(await nameOf(box, `guard run ${tool}`)).toBe('tool')
  for (const line of [`guard run ${script}`, `guard run -- ${script}`, `guard run -- sh ${script}`]) {
    expect(await nameOf(box, line), line).toBe('nightly')
  }
})

test('a crontab line that changes to a linked release keeps its name', async () => {
  const box = createSandbox()
  box.write('first/run.sh', tell, 0o755)
  box.write('second/run.sh', tell, 0o755)
  const nameIn = async (release: string) => {
    symlinkSync(release, box.path('current'))
    const name = await nameOf(box, `cd ${box.path('current')} && guard run ./run.sh`)
    unlinkSync(box.path('current'))
    return name
  }
  expect(await nameIn('second')).toBe(await nameIn('first'))
})

test('the history of a job is found by the name of its script alone', async () => {
  const box = createSandbox()
  box.write('one/run.sh', tell, 0o755)
  const name = await nameOf(box, 'guard run one/run.sh')
  expect(JSON.parse((await box.guard('history', 'one/run.sh', '--json')).stdout)).toMatchObject({job: name})
  box.write('other/run.sh', tell, 0o755)
  await box.guard('run', 'other/run.sh')
  const {code, stderr} = await box.guard('history', 'run')
  expect([code, stderr]).toEqual([64, expect.stringContaining(`did you mean ${name}?`)])
})

describe('a skip', () => {
  async function skipped(...flags: string[]) {
    const box = createSandbox()
    const first = box.start(['run', '--job', 'j', '--', 'sleep', '30'])
    await until(() => {
      try {
        return box.journal('runs.jsonl').length > 0
      } catch {
        return false
      }
    }, 'the first run')
    const ended = await box.guard('run', '--job', 'j', ...flags, '--', 'true')
    first.kill('SIGTERM')
    await first.ended
    return {box, ended}
  }

  test('names the job', async () => {
    const {ended} = await skipped()
    expect([ended.code, ended.stderr]).toEqual([75, expect.stringMatching(/^guard: j was skipped: /)])
  })

  test('is silent with --quiet where it is success, and is on record', async () => {
    const {box, ended} = await skipped('--quiet', '--skip-exit-code', '0')
    expect(ended).toMatchObject({code: 0, stdout: '', stderr: ''})
    expect(box.journal('runs.jsonl')).toContainEqual(expect.objectContaining({kind: 'skipped', job: 'j'}))
  })

  test('is said with --quiet where it is not a success', async () => {
    const {ended} = await skipped('--quiet')
    expect(ended.stderr).toMatch(/^guard: j was skipped: /)
  })
})

describe('what is not there', () => {
  test.each([
    ['a bare word', ['nosuch']],
    ['a bare word with arguments', ['nosuch', '-v']],
  ])('%s is wrong usage, and nothing is recorded', async (_title, words) => {
    const box = createSandbox()
    expect((await box.guard('run', ...words)).code).toBe(64)
    expect(() => box.journal('runs.jsonl')).toThrow('ENOENT')
  })

  test.each([
    ['a path', ['./nosuch']],
    ['an absolute path', ['/nowhere/nosuch']],
    ['a word with --job', ['--job', 'j', 'nosuch']],
    ['a program after --', ['--', 'nosuch']],
    ['a path after --', ['--', './nosuch']],
    ['the script of a configured job', ['nightly']],
  ])('%s is a run that did not start', async (_title, words) => {
    const box = createSandbox()
    box.write('.guardianrc.json', JSON.stringify({jobs: {nightly: {script: 'gone.sh'}}}))
    expect((await box.guard('run', ...words)).code).toBe(127)
    expect(box.journal('runs.jsonl').at(-1)).toMatchObject({outcome: 'not-started', exitCode: 127})
  })
})

test.each(['0', '0s', '-1', '999ms'])('--ttl %s is wrong usage', async (ttl) => {
  const {guard} = createSandbox()
  const {code, stdout} = await guard('run', '--ttl', ttl, '--', 'echo', 'ran')
  expect([code, stdout]).toEqual([64, ''])
})

test('a ttl of 0 in the settings is a finding, and the job does not run', async () => {
  const box = createSandbox()
  box.write('.guardianrc.json', JSON.stringify({jobs: {j: {command: ['true'], ttl: 0}}}))
  const check = await box.guard('config', 'check')
  expect([check.code, check.stderr]).toEqual([78, expect.stringContaining('jobs.j.ttl')])
  expect((await box.guard('run', 'j')).code).toBe(78)
})
