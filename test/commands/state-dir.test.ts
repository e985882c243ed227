import {existsSync, mkdirSync, readdirSync, symlinkSync} from 'node:fs'
import {expect, test} from 'vitest'
import {createSandbox, type Sandbox} from '../support/sandbox.js'

const allow = '--allow-unsafe-filesystem'

/** What makes `statfs(2)` answer as it does on NFS (linux/magic.h). */
function onNfs(box: Sandbox): {readonly preload: string} {
  return {preload: box.write('nfs.cjs', `require('node:fs').statfsSync = () => ({type: 0x6969})\n`)}
}

test('a state directory on NFS is refused with the way out', async () => {
  const box = createSandbox()
  const nfs = onNfs(box)
  const refused = await box.guardWith(nfs, 'lease', 'acquire', 'scan', '--ttl', '5m')
  expect(refused.code).toBe(73)
  expect(refused.stderr).toContain('is on NFS')
  expect(refused.stderr).toContain(allow)

  const run = await box.guardWith(nfs, 'run', '--job', 'scan', '--', 'true')
  expect(run.code).toBe(0)
  expect(run.stderr).toContain('is on NFS')
  expect(existsSync(box.path('state/runs.jsonl'))).toBe(false)
})

test.each<[string, Record<string, string>, string[]]>([
  ['a plain run', {}, ['run', allow, '--job', 'scan', '--', 'true']],
  ['a run that oclif reads', {GUARD_FULL_CLI: '1'}, ['run', allow, '--job', 'scan', '--', 'true']],
  ['any other command', {}, ['lease', 'acquire', 'scan', '--ttl', '5m', allow]],
])('with the flag it is taken by %s', async (_title, more, args) => {
  const box = createSandbox()
  const ended = await box.guardWith({...onNfs(box), env: more}, ...args)
  expect(ended).toMatchObject({code: 0, stderr: ''})
  expect(box.journal('leases.jsonl')[0]).toMatchObject({kind: 'claimed', job: 'scan'})
})

test('a run stays with the directory that a link named when it began', async () => {
  const box = createSandbox()
  for (const name of ['old', 'new']) mkdirSync(box.path(name), {mode: 0o700})
  symlinkSync('old', box.path('link'))
  const turn = `ln -sfn new ${box.path('link')}; basename "$GUARD_STATE_DIR"`
  const ended = await box.guard('run', '--state-dir', box.path('link'), '--job', 'scan', '--', 'sh', '-c', turn)
  expect(ended).toMatchObject({code: 0, stdout: 'old\n', stderr: ''})
  expect(readdirSync(box.path('new'))).toEqual([])
})

test.each([
  ['a deliverer', ['alerts', 'deliver'], 73],
  ['a recovery', ['recover'], 73],
  ['a run', ['run', '--job', 'scan', '--', 'sh', '-c', 'env; exit 3'], 3],
])('%s that guard has started makes no state directory that has gone meanwhile', async (_title, args, code) => {
  const box = createSandbox()
  const ended = await box.guardWith({env: {GUARD_STATE_IS_MADE: '1'}}, ...args)
  expect(ended.code).toBe(code)
  expect(ended.stderr).toContain(`state directory ${box.stateDir} is gone`)
  expect(ended.stdout).not.toContain('GUARD_STATE_IS_MADE')
  expect(existsSync(box.stateDir)).toBe(false)
})

test.each([
  ['breakers', ['breaker', 'list']],
  ['budgets', ['budget', 'list']],
  ['leases', ['lease', 'list']],
  ['silences', ['alerts', 'silence', 'list']],
])('a list of %s makes no state directory', async (_title, args) => {
  const box = createSandbox()
  expect((await box.guard(...args)).code).toBe(0)
  expect(existsSync(box.stateDir)).toBe(false)
})
