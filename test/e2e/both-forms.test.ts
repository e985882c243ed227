import {existsSync} from 'node:fs'
import {expect, test} from 'vitest'
import {createSandbox, type Ended, filesIn, guardBins, type Sandbox, until} from '../support/sandbox.js'

/** The two forms share one state directory: what the one writes the other reads, holds to and goes on with. */

const pairs: [name: string, one: string, other: string][] = [
  ['Node, then the executable', guardBins.node, guardBins.standalone],
  ['the executable, then Node', guardBins.standalone, guardBins.node],
]

function callers(box: Sandbox, one: string, other: string) {
  const env = {GUARD_NODE: process.execPath, GUARD_COMPACT_BYTES: '2000'}
  const by = (bin: string) => (line: string) => box.sh(`'${bin}' ${line}`, {env})
  return {one: by(one), other: by(other)}
}

const tokenOf = ({stdout}: Ended) => stdout.trim()

test.each(pairs)('a lease is refused, checked, renewed, released and granted again: %s', async (_, first, second) => {
  const {one, other} = callers(createSandbox(), first, second)
  const token = tokenOf(await one('lease acquire l --ttl 5m'))
  expect((await other('lease acquire l --ttl 5m')).code).toBe(75)
  expect((await other('run --job l -- true')).code).toBe(75)
  expect((await other(`lease check l --token ${token}`)).code).toBe(0)
  expect((await other(`lease renew l --token ${token}`)).code).toBe(0)
  expect((await other(`lease release l --token ${token}`)).code).toBe(0)
  expect((await one(`lease check l --token ${token}`)).code).toBe(77)
  expect(Number(tokenOf(await other('lease acquire l --ttl 5m')))).toBe(Number(token) + 1)
})

test.each(pairs)(
  'a job that one runs is skipped by the other, and found dead when its guard is killed: %s',
  async (_, first, second) => {
    const box = createSandbox()
    const {other} = callers(box, first, second)
    const running = box.startSh(`exec '${first}' run --job j -- sh -c 'echo $PPID > pid; exec sleep 60'`)
    await until(() => existsSync(box.path('pid')), 'the start of the job')
    expect((await other('run --job j -- true')).code).toBe(75)
    running.kill('SIGTERM')
    expect((await running.ended).code).toBe(143)
    expect((await other('run --job j -- true')).code).toBe(0)
  },
)

test.each(pairs)(
  'runs of both stand in one history, and a compaction by one is read by the other: %s',
  async (_, first, second) => {
    const box = createSandbox()
    const {one, other} = callers(box, first, second)
    for (let n = 0; n < 6; n++) {
      expect((await one(`run --job j -- sh -c 'exit ${n}'`)).code).toBe(n)
      expect((await other(`run --job j -- sh -c 'exit ${n + 10}'`)).code).toBe(n + 10)
    }
    expect(filesIn(box.path('state/.gen')).some((name) => /00000[2-9]/.test(name))).toBe(true)
    const histories = [await one('history j --json'), await other('history j --json')].map(({stdout}) =>
      JSON.parse(stdout),
    )
    expect(histories[0]).toEqual(histories[1])
    const codes = histories[0].runs.map(({exitCode}: {exitCode: number}) => exitCode)
    expect(codes).toEqual([15, 5, 14, 4, 13, 3, 12, 2, 11, 1, 10, 0])
    expect((await other('logs j')).code).toBe(0)
  },
)
