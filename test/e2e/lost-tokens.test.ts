import {cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync} from 'node:fs'
import {expect, test} from 'vitest'
import {createSandbox, type Sandbox} from '../support/sandbox.js'

const generation = (box: Sandbox) => `${box.stateDir}/.gen/leases.000001.jsonl`

/** What may happen to the journal of the leases between the first run and the fourth. */
const losses = [
  ['emptied', (box: Sandbox) => truncateSync(generation(box))],
  ['rolled back', (box: Sandbox) => writeFileSync(generation(box), readFileSync(box.path('copy')))],
  [
    'replaced by an older copy of its folder',
    (box: Sandbox) => {
      rmSync(generation(box))
      cpSync(box.path('copy'), generation(box))
    },
  ],
  [
    'removed with its generations',
    (box: Sandbox) => {
      const leases = readdirSync(`${box.stateDir}/.gen`).filter((name) => name.startsWith('leases'))
      for (const name of leases) rmSync(`${box.stateDir}/.gen/${name}`)
      rmSync(`${box.stateDir}/leases.jsonl`)
    },
  ],
] as const

test.each(losses)('tokens go on above those that runs had, if the journal of the leases was %s', async (_, lose) => {
  const box = createSandbox()
  const run = () => box.guard('run', '--job', 'job', '--', 'true')
  await run()
  cpSync(generation(box), box.path('copy'))
  await run()
  await run()
  lose(box)
  expect(await leasesOf(box)).toMatchObject({
    verdict: 'degraded',
    reason: expect.stringContaining('tokens were given before, up to 3 to job; the next is 4'),
  })
  expect(await run()).toMatchObject({code: 0, stderr: ''})
  expect(tokens(box)).toEqual([1, 2, 3, 4])
  expect(await leasesOf(box)).toMatchObject({verdict: 'healthy'})
  expect(await box.guard('lease', 'acquire', 'other', '--ttl', '1m', '--json')).toMatchObject({
    stdout: expect.stringMatching(/"token": ?5\b/),
  })
})

test('the leases of healthy runs name no token of elsewhere', async () => {
  const box = createSandbox()
  for (let runs = 0; runs < 3; runs++) await box.guard('run', '--job', 'job', '--', 'true')
  expect(tokens(box)).toEqual([1, 2, 3])
  expect(box.journal('leases.jsonl').filter(({above}) => above !== undefined)).toEqual([])
})

const tokens = (box: Sandbox) =>
  box
    .journal('runs.jsonl')
    .filter(({kind}) => kind === 'started')
    .map(({token}) => token)

async function leasesOf(box: Sandbox): Promise<unknown> {
  const {checks} = JSON.parse((await box.guard('health', '--json')).stdout) as {checks: {check: string}[]}
  return checks.find(({check}) => check === 'leases')
}
