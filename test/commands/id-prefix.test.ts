import {readFileSync, renameSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {createSandbox} from '../support/sandbox.js'

/** Gives a clearing another id, which its manifest has in each path. */
function rename(boxes: string, id: string, other: string): void {
  renameSync(join(boxes, id), join(boxes, other))
  const manifest = join(boxes, other, 'manifest.jsonl')
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replaceAll(id, other))
}

test('logs takes the first four characters of the id of a run', async () => {
  const box = createSandbox()
  const {stdout} = await box.guard('run', '--json', '--job', 'j', '--quiet', '--', 'echo', 'hello')
  const {runId} = JSON.parse(stdout)
  expect((await box.guard('logs', 'j', `--run=${runId.slice(0, 4)}`)).stdout).toBe('hello\n')
  const short = await box.guard('logs', 'j', `--run=${runId.slice(0, 3)}`)
  expect([short.code, short.stderr]).toEqual([
    64,
    expect.stringContaining(`no run ${runId.slice(0, 3)} of j is known\n  - write at least 4 characters of the id\n`),
  ])
  const other = await box.guard('logs', 'j', '--run=....')
  expect([other.code, other.stderr]).toEqual([
    64,
    'guard: no run .... of j is known\n  - see its runs: guard history j\n',
  ])
})

test('locks restore takes the first four characters of the id of a clearing', async () => {
  const box = createSandbox()
  const clear = async (name: string) => {
    box.write(name, '')
    return JSON.parse((await box.guard('locks', 'clear', '--force', '--json', name)).stdout).quarantineId
  }
  const boxes = join(box.stateDir, 'quarantine')
  const [first, second] = [await clear('a.lock'), await clear('b.lock')]
  rename(boxes, first, 'abcdONE00000')
  rename(boxes, second, 'abcdTWO00000')
  const both = await box.guard('locks', 'restore', 'abcd')
  expect([both.code, both.stderr]).toEqual([64, expect.stringContaining('several clearings')])
  const restored = await box.guard('locks', 'restore', 'abcdO', '--json')
  expect(JSON.parse(restored.stdout)).toMatchObject({quarantineId: 'abcdONE00000'})
})
