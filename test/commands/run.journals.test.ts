import {readdirSync} from 'node:fs'
import {expect, test} from 'vitest'
import {createSandbox, until} from '../support/sandbox.js'

/** What `guard run` leaves in the journals, as the shell and the other commands find it. */

test('the start is recorded before the job begins, the lease too', async () => {
  const {guard} = createSandbox()
  const job = 'grep -c "$GUARD_RUN_ID" $GUARD_STATE_DIR/runs.jsonl $GUARD_STATE_DIR/leases.jsonl'
  const {code, stdout} = await guard('run', '--job', 'j', '--', 'sh', '-c', job)
  expect(code).toBe(0)
  expect(stdout).toMatch(/runs\.jsonl:1\n.*leases\.jsonl:1\n/)
})

test('a run is started, attempted and ended; its lease is claimed, bound to the job, and released', async () => {
  const {guard, journal, stateDir} = createSandbox()
  const untilBound = `until grep -q jobProcess ${stateDir}/leases.jsonl; do sleep 0.05; done`
  await guard('run', '--no-log-header', '--job', 'j', '--', 'sh', '-c', `echo $$; ${untilBound}; exit 1`)
  const runs = journal('runs.jsonl').filter(({kind}) => kind !== 'snapshot')
  const stamp = {
    v: 1,
    id: expect.any(String),
    at: expect.any(Number),
    mono: expect.any(Number),
    boot: expect.any(String),
  }
  const of = {job: 'j', run: runs[0]?.['run'], ...stamp}
  expect(runs).toMatchObject([
    {kind: 'started', token: 1, log: {from: 0}, ...of},
    {kind: 'attempt-ended', attempt: 1, outcome: 'degraded', exitCode: 1, ...of},
    {kind: 'ended', outcome: 'degraded', exitCode: 1, attempts: 1, recovered: false, log: {from: 0}, ...of},
  ])
  expect(runs[0]?.['log']).not.toHaveProperty('to')
  const pid = Number((await guard('logs', 'j')).stdout)
  expect(journal('leases.jsonl').filter(({kind}) => kind !== 'snapshot')).toMatchObject([
    {kind: 'claimed', holder: runs[0]?.['run'], process: {pid: expect.any(Number), start: expect.any(String)}},
    {kind: 'renewed', token: 1, jobProcess: {pid}},
    {kind: 'released', token: 1, status: 'error', detail: 'degraded'},
  ])
})

test('a long run renews its lease every third of its ttl', async () => {
  const {guard, journal, stateDir} = createSandbox()
  const untilRenewed = `until [ $(grep -c '"kind":"renewed"' ${stateDir}/leases.jsonl) -ge 8 ]; do sleep 0.05; done`
  await guard('run', '--job', 'j', '--ttl', '1s', '--', 'sh', '-c', untilRenewed)
  const renewals = journal('leases.jsonl').filter(({kind, jobProcess}) => kind === 'renewed' && !jobProcess)
  const times = renewals.map(({mono}) => Number(mono))
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  // A busy machine delays some of them, and then the next one comes sooner.
  expect(Math.min(...gaps)).toBeLessThan(500)
  expect(((times.at(-1) ?? 0) - (times[0] ?? 0)) / gaps.length).toBeGreaterThan(250)
})

test('runs keep their journals short, and forget nothing', async () => {
  const {guard, guardWith, stateDir} = createSandbox()
  for (let i = 0; i < 6; i++) {
    await guardWith({env: {GUARD_COMPACT_BYTES: '1500'}}, 'run', '--job', 'j', '--', 'sh', '-c', `exit ${i}`)
  }
  expect(readdirSync(`${stateDir}/.gen`)).toEqual(expect.arrayContaining(['leases.000002.jsonl', 'runs.000002.jsonl']))
  const {runs} = JSON.parse((await guard('history', 'j', '--json')).stdout)
  expect(runs.map(({exitCode}: {exitCode: number}) => exitCode)).toEqual([5, 4, 3, 2, 1, 0])
})

test('30 runs at once of one job: one runs, the others are skipped, every record is whole', async () => {
  const {start, journal, write} = createSandbox()
  const job = 'while [ ! -e end ]; do sleep 0.1; done'
  const codes: unknown[] = []
  const all = Array.from({length: 30}, async () => {
    codes.push((await start(['run', '--job', 'j', '--', 'sh', '-c', job]).ended).code)
  })
  await until(() => codes.length === 29, 'the end of all but one', 50_000)
  write('end', '')
  await Promise.all(all)
  expect(codes.filter((code) => code === 0)).toHaveLength(1)
  expect(codes.filter((code) => code === 75)).toHaveLength(29)
  const kinds = journal('runs.jsonl').map(({kind}) => kind)
  expect(kinds.filter((kind) => kind === 'skipped')).toHaveLength(29)
  expect(kinds.filter((kind) => kind === 'ended')).toHaveLength(1)
})
