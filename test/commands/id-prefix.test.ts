import {readFileSync, renameSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {createSandbox, type Sandbox} from '../support/sandbox.js'

/** A journal whose two runs have the given ids. */
function runsWithIds(box: Sandbox, ids: readonly string[]): Promise<unknown> {
  const at = Date.now()
  const lines = ids.map((run, index) =>
    JSON.stringify({kind: 'skipped', at: at + index, id: `record${index}`, job: 'j', run, detail: 'held'}),
  )
  box.write('state/runs.jsonl', `${lines.join('\n')}\n`, 0o600)
  return box.sh('chmod 700 state')
}

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
  expect([short.code, short.stderr]).toEqual([64, expect.stringContaining(`no run ${runId.slice(0, 3)} of j is known`)])
})

test('logs refuses a beginning that several runs have', async () => {
  const box = createSandbox()
  await runsWithIds(box, ['abcdONE00000', 'abcdTWO00000'])
  const {code, stderr} = await box.guard('logs', 'j', '--run', 'abcd')
  expect([code, stderr]).toEqual([64, expect.stringContaining('several runs of j have an id that begins with abcd')])
  expect((await box.guard('logs', 'j', '--run', 'abcdT')).stderr).toContain('run abcdTWO00000 of j kept no log')
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
