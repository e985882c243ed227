import {readdirSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {createSandbox} from '../support/sandbox.js'

test('runs keep their journals short by themselves, and forget nothing', async () => {
  const sandbox = createSandbox()
  const env = {GUARD_COMPACT_BYTES: '1000'}
  for (let run = 0; run < 4; run++) {
    const {code, stderr} = await sandbox.guardWith({env}, 'run', '--', 'sleep', '0.2')
    expect({code, stderr}).toEqual({code: 0, stderr: ''})
  }
  const generations = readdirSync(join(sandbox.stateDir, '.gen'))
  expect(generations).toContain('leases.000002.jsonl')
  expect(generations).toContain('runs.000002.jsonl')

  const {stdout} = await sandbox.guard('history', 'sleep', '--json')
  const {runs} = JSON.parse(stdout) as {readonly runs: readonly {readonly outcome: string}[]}
  expect(runs.map(({outcome}) => outcome)).toEqual(['healthy', 'healthy', 'healthy', 'healthy'])
})
