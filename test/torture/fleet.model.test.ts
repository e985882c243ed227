import {performance} from 'node:perf_hooks'
import {setTimeout as sleep} from 'node:timers/promises'
import {describe, expect, test} from 'vitest'
import {StoreFault} from '../../src/domain/fleet/store-fault.js'
import {openPostgresStore} from '../../src/system/fleet/postgres-store.js'
import {type Postgres, postgresObstacle, postgresOfFile} from '../support/postgres.js'
import {auditGrants, type Fact, faultsOf, grantsOf} from './fleet-facts.js'
import {applySchema, fleetUrl, withHostClocks} from './fleet-schema.js'

/**
 * Ten hosts of a few lines each ask a real server by the real adapter: they hold a lease for a while, renew it, give it back or
 * forget it. The same with a store that takes the hosts' clocks shows that the faults would be seen.
 */

const isLong = process.env['GUARD_TORTURE'] === 'long'
const ttlMs = 300
const server = postgresOfFile()

interface Field {
  readonly store: ReturnType<typeof openPostgresStore>
  readonly facts: Fact[]
  readonly isOver: () => boolean
}

const monoS = () => performance.now() / 1000

/** Asks until it is answered, as each host does. */
async function ask<T>({isOver}: Field, question: () => Promise<T>): Promise<T | undefined> {
  while (!isOver()) {
    try {
      return await question()
    } catch (error) {
      if (!(error instanceof StoreFault && error.kind === 'away')) throw error
      await sleep(Math.random() * 50)
    }
  }
  return undefined
}

async function host(field: Field, index: number): Promise<void> {
  const name = `host-${index}`
  let floor = 0
  for (let claims = 0; !field.isOver(); claims++) {
    const claim = {job: 'job', host: name, holder: name, claimId: `${name}-${claims}`, ttlMs, floor}
    let askedAt = monoS()
    const answer = await ask(field, () => {
      askedAt = monoS()
      return field.store.acquire(claim)
    })
    if (answer === undefined || answer.state === 'early') continue
    const {token} = answer.lease
    floor = Math.max(floor, token)
    if (answer.state === 'granted') await hold(field, {name, run: claim.claimId, token, until: askedAt + ttlMs / 1000})
    else await sleep(Math.random() * 20)
  }
}

interface Held {
  readonly name: string
  readonly run: string
  readonly token: number
  /** Counted from before the question, seconds. */
  until: number
}

/** Acts while the lease runs, by its own monotonic clock; a renewal that gets no answer is not waited for. */
async function hold(field: Field, held: Held): Promise<void> {
  const {name, run, token} = held
  const write = (fact: Fact['fact']) => field.facts.push({fact, host: name, run, token, at: monoS()})
  write('began')
  for (let turns = 1 + Math.floor(Math.random() * 4); turns > 0; turns--) {
    await sleep(Math.random() * 30)
    if (monoS() >= held.until) return
    write('acted')
    const askedAt = monoS()
    const holding = await field.store.renew({job: 'job', token}).catch(() => undefined)
    if (holding && holding.state !== 'held') return
    if (holding) held.until = askedAt + ttlMs / 1000
  }
  // Every third host crashes, and its lease has to expire.
  if (Math.random() < 0.33) return
  if (monoS() >= held.until) return
  write('ended')
  await field.store.release({job: 'job', token, status: 'ok'}).catch(() => undefined)
}

/** Goes on for so long, and until enough has happened on a busy machine, but no longer than a minute more. */
async function run(seconds: number, disturb: () => Promise<void>): Promise<readonly string[]> {
  const until = monoS() + seconds
  const facts: Fact[] = []
  const store = openPostgresStore({url: fleetUrl(server()), timeoutMs: 1000})
  const isEnough = () => facts.length >= 100 || monoS() >= until + 60
  const field = {store, facts, isOver: () => monoS() >= until && isEnough()}
  await Promise.all([disturb(), ...Array.from({length: 10}, (_, index) => host(field, index))])
  const grants = await grantsOf(server())
  if (isLong) console.log({grants: grants.length})
  expect(facts.length).toBeGreaterThanOrEqual(100)
  return faultsOf(facts, grants)
}

async function killTwice(postgres: Postgres, downMs: number): Promise<void> {
  for (let times = 0; times < 2; times++) {
    await sleep(500)
    await postgres.kill()
    await sleep(downMs)
    await postgres.start()
  }
}

describe.skipIf(postgresObstacle !== undefined)(`a store (PostgreSQL: ${postgresObstacle ?? 'real'})`, () => {
  test('gives a lease to one of ten hosts at a time and no token twice, also when it is killed', {
    timeout: 600_000,
  }, async () => {
    await applySchema(server())
    await auditGrants(server())
    expect(await run(isLong ? 120 : 5, () => killTwice(server(), 2 * ttlMs))).toEqual([])
  })

  test('that judged by the clock of the host that asks would give it to several', {timeout: 600_000}, async () => {
    await applySchema(server(), withHostClocks)
    await auditGrants(server())
    await server().sql(
      "insert into guard.skew select 'host-' || n, (n % 3 - 1) * interval '1 hour' from generate_series(0, 9) n",
    )
    const faults = (await run(1.5, async () => {})).join('\n')
    expect(faults).toMatch(/began with \d+ \d+ ms before/)
    expect(faults).toMatch(/was given \d+ while the lease of \d+ ran/)
  })
})
