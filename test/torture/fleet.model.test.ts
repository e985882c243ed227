import {performance} from 'node:perf_hooks'
import {setTimeout as sleep} from 'node:timers/promises'
import {describe, expect, test} from 'vitest'
import type {FleetClaim} from '../../src/domain/fleet/lease.js'
import {StoreFault} from '../../src/domain/fleet/store-fault.js'
import {openPostgresStore} from '../../src/system/fleet/postgres-store.js'
import {type Postgres, postgresObstacle, postgresOfFile} from '../support/postgres.js'
import {auditGrants, type Fact, faultsOf, grantsOf} from './fleet-facts.js'
import {applySchema, fleetUrl, withHostClocks, withoutLimit} from './fleet-schema.js'

/**
 * Ten hosts of a few lines each ask a real server by the real adapter: they hold a lease for a while, renew it, give it back or
 * forget it. The same with a store that takes the hosts' clocks shows that the faults would be seen.
 */

const isLong = process.env['GUARD_TORTURE'] === 'long'
const ttlMs = 300
const server = postgresOfFile()

interface Field {
  readonly store: ReturnType<typeof openPostgresStore>
  /** How hosts ask that give up soon; undefined if none does. */
  readonly haste?: Haste
  readonly givenUp: Set<string>
  /** The slot of each run. */
  readonly ran: number[]
  readonly facts: Fact[]
  readonly isOver: () => boolean
}

/** A patience that lasts for a connection, however busy the machine is, and not for a row that is locked. */
interface Haste {
  patienceMs: number
}

const longestPatienceMs = 500

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

/** A slot begins every 20 ms, long ago; some claims are for none. */
const slotNow = () => (Math.random() < 0.3 ? undefined : 1_000_000 + Math.floor(monoS() * 50) * 1000)

/** @returns the answer of a claim, and when it was asked for; undefined if the host has given up */
async function claimOnce(field: Field, claim: FleetClaim) {
  let askedAt = monoS()
  const {haste} = field
  if (!haste || Math.random() < 0.5) {
    const answer = await ask(field, () => {
      askedAt = monoS()
      return field.store.acquire(claim)
    })
    return answer && {answer, askedAt}
  }
  try {
    const store = openPostgresStore({url: fleetUrl(server()), timeoutMs: Math.round(haste.patienceMs)})
    return {answer: await store.acquire(claim), askedAt}
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error
    if (error.isOpen) field.givenUp.add(claim.claimId)
    else haste.patienceMs = Math.min(haste.patienceMs * 1.1, longestPatienceMs)
    return undefined
  }
}

async function host(field: Field, index: number): Promise<void> {
  const name = `host-${index}`
  const slotOf = new Map<string, number | undefined>()
  let floor = 0
  for (let claims = 0; !field.isOver(); claims++) {
    const claimId = `${name}-${claims}`
    // A host that has given up asks for the same slot again.
    const gaveUp = [...slotOf.keys()].filter((id) => field.givenUp.has(id)).slice(-32)
    const last = slotOf.get(gaveUp.at(-1) ?? '')
    const slotAt = last !== undefined && Math.random() < 0.5 ? last : slotNow()
    slotOf.set(claimId, slotAt)
    const ofSlot = gaveUp.filter((id) => slotAt !== undefined && slotOf.get(id) === slotAt)
    const of = {job: 'job', host: name, holder: name, claimId, ttlMs, floor, givenUp: {claimIds: gaveUp, ofSlot}}
    const claimed = await claimOnce(field, slotAt === undefined || !field.haste ? of : {...of, slotAt})
    if (claimed === undefined || claimed.answer.state === 'early') continue
    const {answer, askedAt} = claimed
    const {token} = answer.lease
    floor = Math.max(floor, token)
    if (answer.state === 'granted') {
      if (field.haste && slotAt !== undefined) field.ran.push(slotAt)
      await hold(field, {name, run: claimId, token, until: askedAt + ttlMs / 1000})
    } else await sleep(Math.random() * 20)
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
async function run(
  seconds: number,
  disturb: (isOver: () => boolean) => Promise<void>,
  haste?: Haste,
): Promise<Outcome> {
  const until = monoS() + seconds
  const facts: Fact[] = []
  const store = openPostgresStore({url: fleetUrl(server()), timeoutMs: 1000})
  const givenUp = new Set<string>()
  const ran: number[] = []
  const isEnough = () => (facts.length >= 100 && (!haste || givenUp.size >= 40)) || monoS() >= until + 60
  const isOver = () => monoS() >= until && isEnough()
  const field = {store, ...(haste && {haste}), givenUp, ran, facts, isOver}
  await Promise.all([disturb(isOver), ...Array.from({length: 10}, (_, index) => host(field, index))])
  const grants = await grantsOf(server())
  if (isLong) console.log({grants: grants.length})
  expect(facts.length).toBeGreaterThanOrEqual(100)
  const twice = ran.filter((slot, index) => ran.indexOf(slot) < index).map((slot) => `the slot ${slot} was run twice`)
  const taken = grants.filter(
    ({former}, index) => former && !former.isFree && givenUp.has(grants[index - 1]?.claim ?? ''),
  )
  return {faults: [...faultsOf(facts, grants, [], givenUp), ...twice], taken: taken.length, ran: ran.length}
}

interface Outcome {
  readonly faults: readonly string[]
  /** Leases that were granted to given-up claims, and that another claim of their host has taken. */
  readonly taken: number
  /** Runs that were for a slot. */
  readonly ran: number
}

async function killTwice(postgres: Postgres, downMs: number): Promise<void> {
  for (let times = 0; times < 2; times++) {
    await sleep(500)
    await postgres.kill()
    await sleep(downMs)
    await postgres.start()
  }
}

/** Now and then the row of the job is locked for longer than a hasty host waits. */
async function lockTheRow(postgres: Postgres, {haste, isOver}: {haste: Haste; isOver: () => boolean}): Promise<void> {
  while (!isOver()) {
    await sleep(Math.random() * 2 * haste.patienceMs)
    const rollBack = await postgres.transaction('select from guard.lease for update', 'postgres')
    await sleep(haste.patienceMs * (1.2 + Math.random() * 2.4))
    await rollBack()
  }
}

describe.skipIf(postgresObstacle !== undefined)(`a store (PostgreSQL: ${postgresObstacle ?? 'real'})`, () => {
  test('gives a lease to one of ten hosts at a time and no token twice, also when it is killed', {
    timeout: 600_000,
  }, async () => {
    await applySchema(server())
    await auditGrants(server())
    expect(await run(isLong ? 120 : 5, () => killTwice(server(), 2 * ttlMs))).toMatchObject({faults: []})
  })

  test('gives what it has granted to claims that were given up to the next claim of their host, and runs no slot twice', {
    timeout: 600_000,
  }, async () => {
    await applySchema(server(), withoutLimit)
    await auditGrants(server())
    const haste = {patienceMs: 25}
    const lock = (isOver: () => boolean) => lockTheRow(server(), {haste, isOver})
    const {faults, taken, ran} = await run(isLong ? 120 : 5, lock, haste)
    if (isLong) console.log({taken, ran, haste})
    expect(faults).toEqual([])
    expect(taken).toBeGreaterThan(0)
    expect(ran).toBeGreaterThan(0)
  })

  test('that judged by the clock of the host that asks would give it to several', {timeout: 600_000}, async () => {
    await applySchema(server(), withHostClocks)
    await auditGrants(server())
    await server().sql(
      "insert into guard.skew select 'host-' || n, (n % 3 - 1) * interval '1 hour' from generate_series(0, 9) n",
    )
    const faults = (await run(1.5, async () => {})).faults.join('\n')
    expect(faults).toMatch(/began with \d+ \d+ ms before/)
    expect(faults).toMatch(/was given \d+ while the lease of \d+ ran/)
  })
})
