import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test, vi} from 'vitest'
import {type CutProxy, startCutProxy} from '../support/cut-proxy.js'
import {
  type FleetHost,
  faketimeObstacle,
  fleetHost,
  fleetJob,
  followedClockEnv,
  type HostRun,
} from '../support/fleet-hosts.js'
import {giveToServer, type Postgres, postgresObstacle, postgresOfFile} from '../support/postgres.js'
import {until} from '../support/sandbox.js'
import {tempDir} from '../support/temp-dir.js'
import {type Fact, factsIn} from './fleet-facts.js'
import {applySchema, fleetUrl} from './fleet-schema.js'

/** What becomes of one holder, by the built program and a real server: another host begins, and the holder ends in time. */

const ttlMs = 2400
const server = postgresOfFile()
/** Its wall clock is ahead by what `clockFile` says. */
const clockedServer = postgresOfFile((dir) => {
  clockFile = join(dir, 'clock')
  giveToServer(dir)
  setServerClock(0)
  return {env: followedClockEnv(clockFile)}
})
let clockFile = ''

function setServerClock(hours: number): void {
  writeFileSync(clockFile, `${hours < 0 ? '' : '+'}${hours}h\n`)
}

interface Pair {
  /** Reaches the server through `proxy`. */
  readonly first: FleetHost
  readonly second: FleetHost
  readonly proxy: CutProxy
  facts(host: string): readonly Fact[]
}

/** Two hosts with one job that works for so long, and longer on the first. */
function pairOfHosts(more: object = {}, ...words: readonly string[]): Promise<Pair> {
  return pairOn(server(), more, words)
}

async function pairOn(store: Postgres, more: object, words: readonly string[] = []): Promise<Pair> {
  const root = tempDir()
  await applySchema(store)
  const proxy = await startCutProxy(store.port)
  const host = (name: string, port: number, seconds: string) =>
    fleetHost(root, name, {
      url: fleetUrl(store, port),
      settings: {
        fleet: {timeout: '5s', wait: '1m'},
        jobs: {
          nightly: {
            command: fleetJob(join(root, 'facts'), join(root, 'resource'), seconds, ...words),
            ...{scope: 'fleet', ttl: `${ttlMs}ms`, killAfter: '200ms', ...more},
          },
        },
      },
    })
  return {
    first: host('first', proxy.port, '20'),
    second: host('second', store.port, '0.1'),
    proxy,
    facts: (name) => factsIn(join(root, 'facts')).filter(({host}) => host === name),
  }
}

/** Starts the job on the first host, and waits until it works. */
async function begin({first, facts}: Pair): Promise<HostRun> {
  const run = first.start(['run', 'nightly'])
  await until(() => facts('first').length > 1, 'the job works')
  return run
}

/** The second host asks until it is given the lease. */
async function takeOver({second}: Pair, before: () => Promise<unknown> = async () => {}): Promise<void> {
  for (;;) {
    await before()
    const {code, stderr} = await second.guard('run', 'nightly')
    if (code === 0) return
    if (code !== 75) throw new Error(`${code}: ${stderr}`)
  }
}

const firstAt = (facts: readonly Fact[]) => Math.min(...facts.map(({at}) => at))
const lastAt = (facts: readonly Fact[]) => Math.max(...facts.map(({at}) => at))
const tokenOf = (facts: readonly Fact[]) => facts[0]?.token ?? 0

/** The job of the first host was ended by its guard, and only then that of the second began. */
async function expectEndedBefore(pair: Pair, run: HostRun): Promise<void> {
  expect((await run.ended).code).toBe(77)
  const [first, second] = [pair.facts('first'), pair.facts('second')]
  expect(lastAt(first)).toBeLessThan(firstAt(second))
  expect(tokenOf(second)).toBeGreaterThan(tokenOf(first))
}

/** The job of the second host began beside that of the first, whose token is refused by then. */
async function expectFenced(pair: Pair, run: HostRun): Promise<void> {
  expect((await run.ended).code).toBe(77)
  const [first, second] = [pair.facts('first'), pair.facts('second')]
  expect(tokenOf(second)).toBeGreaterThan(tokenOf(first))
  const token = `${tokenOf(first)}`
  expect((await pair.first.guard('lease', 'check', 'nightly', '--token', token)).code).toBe(77)
}

describe.skipIf(postgresObstacle !== undefined)(`a host of a fleet (PostgreSQL: ${postgresObstacle ?? 'real'})`, () => {
  test.each(['obedient', 'stubborn'])(
    'that does not reach the store any more ends its %s job before another host begins',
    async (kind) => {
      const pair = await pairOfHosts({}, kind)
      const run = await begin(pair)
      pair.proxy.cut()
      await takeOver(pair)
      await expectEndedBefore(pair, run)
    },
  )

  test('ends its job before the lease is over while the server is down, and another host begins once it is up', async () => {
    const pair = await pairOfHosts()
    const run = await begin(pair)
    await server().kill()
    expect((await run.ended).code).toBe(77)
    await server().start()
    await takeOver(pair)
    await expectEndedBefore(pair, run)
  })

  test('goes on while the server is restarted within two thirds of the ttl', async () => {
    const pair = await pairOfHosts({ttl: '30s'})
    const run = await begin(pair)
    await server().kill()
    await server().start()
    expect((await pair.second.guard('run', 'nightly')).code).toBe(75)
    const {token} = pair.facts('first')[0] ?? {}
    expect((await pair.first.guard('lease', 'check', 'nightly', '--token', `${token}`)).code).toBe(0)
    run.child.kill('SIGTERM')
    await run.ended
  })

  test('that slept past its ttl has its job refused by its token, and exits with 77', async () => {
    const pair = await pairOfHosts()
    const run = await begin(pair)
    run.child.kill('SIGSTOP')
    await takeOver(pair)
    await until(() => pair.facts('first').some(({fact}) => fact === 'refused'), 'the old token is refused')
    run.child.kill('SIGCONT')
    await expectFenced(pair, run)
  })

  test('learns by its next renewal that the store has lost its grant, though another host has the same token', async () => {
    const pair = await pairOfHosts({ttl: '9s'}, 'careless')
    const run = await begin(pair)
    await server().sql('delete from guard.lease')
    await takeOver(pair)
    const {code, stderr} = await run.ended
    expect([code, stderr]).toEqual([77, expect.stringContaining('second was given the same token 1')])
    expect(tokenOf(pair.facts('second'))).toBe(1)
  })

  test('is never given a token below those that it has seen, after a backup of the store was restored', async () => {
    const pair = await pairOfHosts()
    for (let times = 0; times < 3; times++) await takeOver(pair)
    await server().sql("update guard.lease set token = 1 where job = 'nightly'")
    await takeOver(pair)
    await server().sql("delete from guard.lease where job = 'nightly'")
    await takeOver(pair)
    const tokens = pair
      .facts('second')
      .filter(({fact}) => fact === 'began')
      .map(({token}) => token)
    expect(tokens).toEqual(tokens.toSorted((one, other) => one - other))
    expect(new Set(tokens).size).toBe(5)
  })

  test('is never given a token below those that it has seen, when the job changes its scope, either way', async () => {
    const pair = await pairOfHosts()
    for (let times = 0; times < 6; times++) {
      const file = join(pair.second.dir, '.guardianrc.json')
      const [from, to] = times % 2 === 0 ? ['fleet', 'machine'] : ['machine', 'fleet']
      writeFileSync(file, readFileSync(file, 'utf8').replace(`"scope":"${from}"`, `"scope":"${to}"`))
      expect((await pair.second.guard('run', 'nightly')).code).toBe(0)
    }
    const tokens = pair
      .facts('second')
      .filter(({fact}) => fact === 'began')
      .map(({token}) => token)
    expect(tokens).toEqual(tokens.toSorted((one, other) => one - other))
    expect(new Set(tokens).size).toBe(6)
  })
})

const clockObstacle = postgresObstacle ?? faketimeObstacle

describe.skipIf(clockObstacle !== undefined)(
  `the clock of the server (${clockObstacle ?? 'real PostgreSQL and libfaketime'})`,
  () => {
    test('that goes forward lets another host begin, and the first learns it by its next renewal', async () => {
      const pair = await pairOn(clockedServer(), {ttl: '9s'}, ['careless'])
      const run = await begin(pair)
      let hours = 0
      // A renewal that comes before the other host asks keeps the lease, and the clock has to go forward again.
      await takeOver(pair, async () => setServerClock(++hours))
      await expectFenced(pair, run)
    })

    test('that goes back takes the job from nobody, and a lease that is given back is free at once', async () => {
      setServerClock(2)
      const pair = await pairOn(clockedServer(), {ttl: '9s'})
      const run = await begin(pair)
      setServerClock(-3)
      const other = await pair.second.guard('run', 'nightly')
      expect([other.code, other.stderr]).toEqual([75, expect.stringContaining('first has had it')])
      const token = `${tokenOf(pair.facts('first'))}`
      const isRenewed = "select expires_at < clock_timestamp() + interval '1 hour' from guard.lease"
      await vi.waitUntil(async () => (await clockedServer().sql(isRenewed)) === 't', {timeout: 20_000})
      expect((await pair.first.guard('lease', 'check', 'nightly', '--token', token)).code).toBe(0)
      run.child.kill('SIGTERM')
      await run.ended
      expect((await pair.second.guard('run', 'nightly')).code).toBe(0)
    })
  },
)
