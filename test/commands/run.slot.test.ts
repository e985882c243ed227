import {existsSync, readFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {createSandbox, type Sandbox} from '../support/sandbox.js'

const slot = (hour: number) => `j#2026-11-29T0${hour}:00:00.000Z`

/** A job that leaves a line for each time it is run. */
function box(): Sandbox {
  const made = createSandbox()
  made.write('.guardianrc.json', JSON.stringify({jobs: {j: {command: ['sh', '-c', 'echo x >> ran; sleep 0.3']}}}))
  return made
}

const ran = (made: Sandbox) => (existsSync(made.path('ran')) ? readFileSync(made.path('ran'), 'utf8').length / 2 : 0)

test('a slot is run once: a second run of it is skipped with 75, and says which run had it, and when', async () => {
  const made = box()
  expect((await made.guard('run', '--slot', slot(2), 'j')).code).toBe(0)
  const again = await made.guard('run', '--slot', slot(2), 'j')
  expect(again.code).toBe(75)
  expect(ran(made)).toBe(1)
  const records = made.journal('runs.jsonl')
  const first = records.find(({kind}) => kind === 'started')
  expect(first).toMatchObject({job: 'j', slot: slot(2)})
  const at = new Date(Number(first?.['at'])).toISOString()
  expect(again.stderr).toContain(
    `j was skipped: its slot (${slot(2)}) was taken by run ${first?.['run']}, which began at ${at}\n`,
  )
  expect((await made.guard('run', '--slot', slot(2), 'j')).stderr).toContain(`by run ${first?.['run']}, which began`)
  expect(records.at(-1)).toMatchObject({kind: 'skipped', slot: slot(2)})
})

test('of two runs of a slot at once one is run, though the job may run beside itself', async () => {
  const made = box()
  const runs = [1, 2].map(() => made.guard('run', '--slot', slot(2), '--overlap', 'allow', 'j'))
  const codes = (await Promise.all(runs)).map(({code}) => code)
  expect(codes.sort()).toEqual([0, 75])
  expect(ran(made)).toBe(1)
})

test('an older slot is run after a newer one, and once', async () => {
  const made = box()
  const codes: (number | null)[] = []
  for (const hour of [3, 2, 3, 2]) codes.push((await made.guard('run', '--slot', slot(hour), 'j')).code)
  expect(codes).toEqual([0, 0, 75, 75])
  expect(ran(made)).toBe(2)
})

test('a run without a slot is never one too many', async () => {
  const made = box()
  await made.guard('run', '--slot', slot(2), 'j')
  expect((await made.guard('run', 'j')).code).toBe(0)
  expect(ran(made)).toBe(2)
})

test.each(['j', 'j#', 'j#2026-11-29', 'j#2026-11-29T02:00:00Z', 'other#2026-11-29T02:00:00.000Z'])(
  '%s is not a slot of j: 64, and nothing is run',
  async (key) => {
    const made = box()
    const {code, stderr} = await made.guard('run', '--slot', key, 'j')
    expect([code, ran(made)]).toEqual([64, 0])
    expect(stderr).toContain(`--slot "${key}" is not a slot of j`)
    expect(stderr).toContain('--slot j#1970-01-01T00:00:00.000Z')
  },
)
