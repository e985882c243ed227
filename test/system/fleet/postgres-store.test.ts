import {beforeAll, describe, expect, test} from 'vitest'
import type {FleetClaim} from '../../../src/domain/fleet/lease.js'
import {openPostgresStore} from '../../../src/system/fleet/postgres-store.js'
import {schemaSql, schemaVersion} from '../../../src/system/fleet/schema.js'
import type {FleetStore} from '../../../src/usecases/fleet/store.js'
import {createFleetDatabase} from '../../support/fleet-database.js'
import {pgbouncerObstacle, startPgbouncer} from '../../support/pgbouncer.js'
import {postgresObstacle, postgresOfFile} from '../../support/postgres.js'

const minute = 60_000
const slotAt = Date.UTC(2026, 0, 2, 3)

describe.skipIf(postgresObstacle !== undefined)(`the store in PostgreSQL (${postgresObstacle ?? 'real'})`, () => {
  const postgres = postgresOfFile()
  let store: FleetStore
  let database: string
  let jobs = 0

  beforeAll(async () => {
    const {name, url} = await createFleetDatabase(postgres())
    database = name
    store = openPostgresStore({url, timeoutMs: 10_000})
  })

  const newJob = () => `job-${++jobs}`
  const sql = (text: string) => postgres().sql(text, database)
  const claimOf = (job: string, host: string, more: Partial<FleetClaim> = {}): FleetClaim => ({
    ...{job, host, holder: `pid 1 on ${host}`, claimId: `run of ${host}`, ttlMs: 10 * minute, floor: 0},
    ...more,
  })
  const acquire = (job: string, host: string, more: Partial<FleetClaim> = {}) => store.acquire(claimOf(job, host, more))
  const grantOf = async (job: string, host: string, more: Partial<FleetClaim> = {}) => {
    const answer = await acquire(job, host, more)
    if (answer.state !== 'granted') throw new Error(`not granted: ${answer.state}`)
    return answer.lease
  }
  /** As if nothing had been heard of the holder for longer than the ttl. */
  const expire = (job: string) =>
    sql(`update guard.lease set expires_at = clock_timestamp() - interval '1 ms' where job = '${job}'`)

  test('a lease is granted with the first token, by the clock of the server', async () => {
    const job = newJob()
    const before = Number(await sql('select guard.ms(clock_timestamp())'))
    const lease = await grantOf(job, 'a', {slotAt})
    expect(lease).toEqual({
      ...{job, token: 1, host: 'a', holder: 'pid 1 on a', claimId: 'run of a', slotAt, ttlMs: 10 * minute},
      ...{claimedAt: lease.claimedAt, remainingMs: lease.remainingMs, serverAt: lease.serverAt},
    })
    expect(lease.claimedAt).toBeGreaterThanOrEqual(before)
    expect(lease.serverAt).toBeGreaterThanOrEqual(lease.claimedAt)
    expect(lease.remainingMs).toBeLessThanOrEqual(10 * minute)
  })

  test('one that is live is held against every other claim, which learns by whom', async () => {
    const job = newJob()
    const {token} = await grantOf(job, 'a')
    expect(await acquire(job, 'b')).toMatchObject({state: 'held', lease: {job, token, host: 'a', claimId: 'run of a'}})
  })

  test('one that was given back, or has expired, is granted with a higher token', async () => {
    const job = newJob()
    const {token} = await grantOf(job, 'a')
    await store.release({job, token, status: 'ok'})
    const next = await grantOf(job, 'b')
    expect(next).toMatchObject({token: 2, host: 'b'})
    expect(next.released).toBeUndefined()
    expect(await store.check({job, token: 2})).toMatchObject({state: 'held'})
    await expire(job)
    expect(await grantOf(job, 'c')).toMatchObject({token: 3, host: 'c'})
  })

  test('a claim that is asked for again, because its answer was lost, gets a higher token', async () => {
    const job = newJob()
    await grantOf(job, 'a', {slotAt})
    expect(await grantOf(job, 'a', {slotAt})).toMatchObject({token: 2, slotAt})
    expect(await store.check({job, token: 1})).toMatchObject({state: 'fenced', lease: {token: 2}})
  })

  test('an older question of a claim, which the server carries out last, takes nothing from the claim', async () => {
    const job = newJob()
    const ask = (attempt: number) =>
      sql(
        `select state from guard.acquire(${schemaVersion}, '${job}', 'a', 'a', 'run of a', 60000, 0, null, ${attempt}, null, null, 60000)`,
      )
    expect([await ask(3), await ask(1), await ask(2)]).toEqual(['granted', 'held', 'held'])
    expect(await store.check({job, token: 1})).toMatchObject({state: 'held'})
    await store.release({job, token: 1, status: 'ok'})
    expect(await ask(2)).toBe('held')
    expect(await store.check({job, token: 1})).toMatchObject({state: 'fenced', lease: {token: 1}})
  })

  describe('a claim that its host has given up, and that was granted after that', () => {
    const gaveUp = {claimId: 'given up'}
    const next = (ofSlot: boolean) => ({givenUp: {claimIds: ['given up'], ofSlot: ofSlot ? ['given up'] : []}})

    test.each([
      ['the same slot', slotAt, slotAt],
      ['a later slot', slotAt, slotAt + minute],
      ['no slot', slotAt, undefined],
      ['a slot, after one without', undefined, slotAt],
    ])('leaves its lease to the next claim of its host, for %s', async (_title, slot, nextSlot) => {
      const job = newJob()
      const at = (one: number | undefined) => (one === undefined ? {} : {slotAt: one})
      await grantOf(job, 'a', {...gaveUp, ...at(slot)})
      expect(await acquire(job, 'b', at(nextSlot))).toMatchObject({
        state: slot !== undefined && nextSlot === slot ? 'done' : 'held',
      })
      const lease = await grantOf(job, 'a', {...next(slot !== undefined && slot === nextSlot), ...at(nextSlot)})
      expect(lease).toMatchObject({token: 2, claimId: 'run of a'})
      // Of two that would have it, one gets it.
      const second = {...next(slot !== undefined && slot === nextSlot), claimId: 'another', ...at(nextSlot)}
      expect((await acquire(job, 'a', second)).state).toMatch(/held|done/)
      expect(await acquire(job, 'a', {...gaveUp, ...at(slot)})).not.toMatchObject({state: 'granted'})
    })

    test('leaves no slot that another claim has had', async () => {
      const job = newJob()
      const {token} = await grantOf(job, 'b', {slotAt})
      await store.release({job, token, status: 'ok'})
      await grantOf(job, 'a', gaveUp)
      expect(await acquire(job, 'a', {...next(false), slotAt})).toMatchObject({state: 'done'})
      expect(await acquire(job, 'a', {...next(false), slotAt: slotAt - minute})).toMatchObject({state: 'done'})
    })

    test('is not granted once its host has stopped waiting for the row', async () => {
      const job = newJob()
      const {token} = await grantOf(job, 'b')
      await expire(job)
      const rollBack = await postgres().transaction(`select from guard.lease where job = '${job}' for update`, database)
      const hasty = openPostgresStore({url: postgres().urlOf('guard', database), timeoutMs: 300})
      // On a busy machine the time may be up before the connection is there, and nothing was asked.
      const fault = () => hasty.acquire(claimOf(job, 'a')).catch((reason: unknown) => reason)
      await expect.poll(fault).toMatchObject({kind: 'away', isOpen: true})
      const waiting = "select count(*) from pg_stat_activity where application_name = 'guard' and state <> 'idle'"
      // The server counts from when it began, which may be later than when the host asked.
      await expect
        .poll(() => sql(`${waiting} and clock_timestamp() < query_start + interval '300 ms'`), {timeout: 20_000})
        .toBe('0')
      await rollBack()
      await expect.poll(() => sql(waiting), {timeout: 20_000}).toBe('0')
      expect(await store.check({job, token})).toMatchObject({lease: {host: 'b', token}})
    })
  })

  test('a host that writes too much is cut off, so that the others can say who has the lease', async () => {
    const job = newJob()
    const long = 'x'.repeat(100_000)
    const {token, host, holder} = await grantOf(job, long, {holder: long, claimId: 'run'})
    const {lease} = await store.release({job, token, status: 'ok', detail: long})
    expect([host.length, holder.length, lease?.released?.detail?.length]).toEqual([256, 256, 1024])
    await expect(acquire(long, 'a')).rejects.toMatchObject({kind: 'invalid'})
  })

  test('a claim whose lease was given back claims its slot no more: a late packet starts nothing', async () => {
    const job = newJob()
    const {token} = await grantOf(job, 'a', {slotAt})
    await store.release({job, token, status: 'ok'})
    expect(await acquire(job, 'a', {slotAt})).toMatchObject({state: 'done', lease: {token}})
  })

  test('no token is given at or below the floor of a host', async () => {
    const job = newJob()
    expect(await grantOf(job, 'a', {floor: 41})).toMatchObject({token: 42})
    await expire(job)
    expect(await grantOf(job, 'b', {floor: 7})).toMatchObject({token: 43})
    await expire(job)
    expect(await grantOf(job, 'c', {floor: 2 ** 52})).toMatchObject({token: 2 ** 52 + 1})
  })

  test('a slot is done once it, or a later one, was claimed, also while that run goes on', async () => {
    const job = newJob()
    const {token} = await grantOf(job, 'a', {slotAt})
    expect(await acquire(job, 'b', {slotAt})).toMatchObject({state: 'done', lease: {host: 'a', slotAt}})
    await store.release({job, token, status: 'ok'})
    expect(await acquire(job, 'b', {slotAt})).toMatchObject({state: 'done'})
    expect(await acquire(job, 'b', {slotAt: slotAt - 1})).toMatchObject({state: 'done'})
    expect(await grantOf(job, 'b', {slotAt: slotAt + 1})).toMatchObject({slotAt: slotAt + 1})
  })

  test('a slot that comes while an older one runs is held', async () => {
    const job = newJob()
    await grantOf(job, 'a', {slotAt})
    expect(await acquire(job, 'b', {slotAt: slotAt + minute})).toMatchObject({state: 'held', lease: {host: 'a'}})
  })

  test('a claim without a slot asks for the lease alone, and leaves the slot as it is', async () => {
    const job = newJob()
    const {token} = await grantOf(job, 'a', {slotAt})
    await store.release({job, token, status: 'ok'})
    expect(await grantOf(job, 'b')).toMatchObject({slotAt})
  })

  test('a slot more than a minute ahead of the server is early, and nothing is written', async () => {
    const job = newJob()
    const now = Number(await sql('select guard.ms(clock_timestamp())'))
    expect(await acquire(job, 'a', {slotAt: now + 90_000})).toMatchObject({state: 'early', slotAt: now + 90_000})
    expect((await store.list()).some((lease) => lease.job === job)).toBe(false)
    expect(await grantOf(job, 'a', {slotAt: now + 55_000})).toMatchObject({slotAt: now + 55_000})
  })

  test('a lease is kept for another ttl, also one that has expired and was given to nobody', async () => {
    const job = newJob()
    const {token} = await grantOf(job, 'a', {ttlMs: minute})
    await sql(`update guard.lease set expires_at = clock_timestamp() + interval '10 s' where job = '${job}'`)
    const {lease} = await store.renew({job, token})
    expect(lease).toMatchObject({token, ttlMs: minute})
    expect(lease?.remainingMs).toBeGreaterThan(minute - 10_000)
    await expire(job)
    expect(await store.check({job, token})).toMatchObject({state: 'expired', lease: {token, remainingMs: 0}})
    expect(await store.renew({job, token})).toMatchObject({state: 'held', lease: {token}})
    expect(await store.check({job, token})).toMatchObject({state: 'held', lease: {token}})
  })

  test('a token that is no longer the newest is fenced, whatever it asks for', async () => {
    const job = newJob()
    const {token} = await grantOf(job, 'a')
    await expire(job)
    await grantOf(job, 'b')
    const fenced = {state: 'fenced', lease: {token: 2, host: 'b'}}
    expect(await store.renew({job, token})).toMatchObject(fenced)
    expect(await store.check({job, token})).toMatchObject(fenced)
    expect(await store.release({job, token, status: 'error'})).toMatchObject(fenced)
    expect(await store.check({job, token: 2})).toMatchObject({state: 'held'})
  })

  test('a token that a restored store never gave never holds', async () => {
    const job = newJob()
    await grantOf(job, 'a')
    for (const ask of [store.check({job, token: 9}), store.renew({job, token: 9})])
      expect(await ask).toMatchObject({state: 'fenced', lease: {token: 1}})
    expect(await store.release({job, token: 9, status: 'ok'})).toMatchObject({state: 'fenced', lease: {token: 1}})
    expect(await store.check({job, token: 1})).toMatchObject({state: 'held'})
  })

  test('a token that a store gave twice, after its last changes were lost, holds for the claim that it knows alone', async () => {
    const job = newJob()
    const {token} = await grantOf(job, 'a')
    await sql(`delete from guard.lease where job = '${job}'`)
    expect(await grantOf(job, 'b')).toMatchObject({token})
    const ticket = {job, token, claimId: 'run of a'}
    const fenced = {state: 'fenced', lease: {token, host: 'b'}}
    expect(await store.renew({...ticket})).toMatchObject(fenced)
    expect(await store.release({...ticket, status: 'ok'})).toMatchObject(fenced)
    expect(await store.check({job, token})).toMatchObject({state: 'held', lease: {host: 'b'}})
    expect(await store.renew({...ticket, claimId: 'run of b'})).toMatchObject({state: 'held'})
    expect(await store.release({...ticket, claimId: 'run of b', status: 'ok'})).toMatchObject({state: 'held'})
  })

  test('a job of which the store knows nothing has no lease', async () => {
    expect(await store.check({job: 'unknown', token: 1})).toEqual({state: 'fenced', lease: undefined})
    expect(await store.renew({job: 'unknown', token: 1})).toEqual({state: 'fenced', lease: undefined})
    expect(await store.release({job: 'unknown', token: 1, status: 'ok'})).toEqual({state: 'fenced', lease: undefined})
  })

  test('a lease is given back once, with how it ended; a second time changes nothing', async () => {
    const job = newJob()
    const {token} = await grantOf(job, 'a')
    const released = await store.release({job, token, status: 'error', detail: "exit 2, 'ünïcode'"})
    expect(released).toMatchObject({
      state: 'held',
      lease: {remainingMs: 0, released: {status: 'error', detail: "exit 2, 'ünïcode'"}},
    })
    const again = await store.release({job, token, status: 'ok'})
    expect(again.lease?.released).toEqual(released.lease?.released)
    expect(await store.check({job, token})).toMatchObject({state: 'fenced'})
    expect(await store.renew({job, token})).toMatchObject({state: 'fenced'})
  })

  test('how the last run ended is kept while others have the lease, and one that says nothing changes nothing', async () => {
    const job = newJob()
    expect(await grantOf(job, 'a')).not.toHaveProperty('lastEnd')
    await store.release({job, token: 1, status: 'ok', detail: 'skipped', isUncounted: true})
    expect(await grantOf(job, 'b')).not.toHaveProperty('lastEnd')
    await store.release({job, token: 2, status: 'error'})
    expect(await grantOf(job, 'c')).toMatchObject({token: 3, lastEnd: {token: 2, status: 'error'}})
    await store.release({job, token: 3, status: 'ok'})
    await grantOf(job, 'a')
    await expire(job)
    await grantOf(job, 'b')
    const refused = await acquire(job, 'c')
    expect(refused).toMatchObject({state: 'held', lease: {token: 5, lastEnd: {token: 3, status: 'ok'}}})
    const {lastEnd, serverAt} = 'lease' in refused ? refused.lease : {serverAt: 0}
    expect(lastEnd?.at).toBeGreaterThan(serverAt - minute)
    expect(lastEnd?.at).toBeLessThanOrEqual(serverAt)
  })

  test('the list has every job that was ever claimed, by name', async () => {
    const names = ['zeta', 'Alpha', 'ärger']
    for (const job of names) await grantOf(job, 'a')
    const listed = (await store.list()).map(({job}) => job)
    expect(listed.filter((job) => names.includes(job))).toEqual(['Alpha', 'zeta', 'ärger'])
  })

  test('a claim in vain only reads: the row stays as it is, and its lock is not waited for', async () => {
    const job = newJob()
    const {token} = await grantOf(job, 'a', {slotAt})
    const version = () => sql(`select xmin, ctid from guard.lease where job = '${job}'`)
    const before = await version()
    // While this transaction is open, whoever wants the row waits.
    const rollBack = await postgres().transaction(`select from guard.lease where job = '${job}' for update`, database)
    const losers = [acquire(job, 'b'), acquire(job, 'b', {slotAt}), acquire(job, 'b', {slotAt: slotAt + 1})]
    expect((await Promise.all(losers)).map(({state}) => state)).toEqual(['held', 'done', 'held'])
    expect(await store.renew({job, token: token + 1})).toMatchObject({state: 'fenced'})
    expect(await store.check({job, token})).toMatchObject({state: 'held'})
    expect(await version()).toBe(before)
    // The lock was there: the holder, whose renewal is a write, waits for it.
    const short = openPostgresStore({url: postgres().urlOf('guard', database), timeoutMs: 300})
    await expect(short.renew({job, token})).rejects.toThrow('within 300ms')
    await rollBack()
  })

  test('of many who ask at once one wins, and the others learn by whom', async () => {
    const job = newJob()
    const hosts = Array.from({length: 30}, (_, index) => `host-${index}`)
    const answers = await Promise.all(hosts.map((host) => acquire(job, host, {slotAt})))
    const winners = answers.flatMap((answer) => (answer.state === 'granted' ? [answer.lease.host] : []))
    expect(winners).toHaveLength(1)
    const others = answers.flatMap((answer) => ('lease' in answer && answer.state !== 'granted' ? [answer.lease] : []))
    expect(new Set(others.map(({host, token}) => `${host} ${token}`))).toEqual(new Set([`${winners[0]} 1`]))
  })

  test('time goes on within a transaction, as a statement that waited for a lock needs it', async () => {
    const ask = (host: string) =>
      `select state from guard.acquire(${schemaVersion}, 'waits', '${host}', '${host}', '${host}', 1, 0, null, 1, null, null, 60000)`
    expect(await sql(`begin; ${ask('a')}; select pg_sleep(0.01); ${ask('b')}; rollback`)).toBe('granted\n\ngranted')
  })

  test('each function that has the rights of its owner names where it searches, and waits for no lock for long', async () => {
    const fixed = `'{"search_path=pg_catalog, pg_temp",lock_timeout=3s}'`
    const found = await sql(`select proname, proconfig @> ${fixed} from pg_proc
      where pronamespace = 'guard'::regnamespace and prosecdef and proname <> 'standbys' order by proname`)
    expect(found.split('\n')).toEqual(['acquire|t', 'check|t', 'list|t', 'release|t', 'renew|t'])
  })

  test('a granted token is on disk before it is told, also where commits do not wait for that', async () => {
    const shown = await sql(
      `begin; set local synchronous_commit = off; select state from guard.acquire(${schemaVersion}, 'durable', 'a', 'a', 'a', 1, 0, null, 1, null, null, 60000); show synchronous_commit; rollback`,
    )
    expect(shown).toBe('granted\nlocal')
  })

  const callable = [
    'acquire(integer,text,text,text,text,bigint,bigint,bigint,bigint,text[],text[],bigint)',
    'check(integer,text,bigint)',
    'list(integer)',
    'release(integer,text,bigint,text,text,text,boolean)',
    'renew(integer,text,bigint,text)',
    'standbys()',
    'version()',
  ]
  const signatures = async () =>
    (
      await sql(`select format('%s(%s)', proname, replace(oidvectortypes(proargtypes), ', ', ',')) from pg_proc
      where pronamespace = 'guard'::regnamespace and has_function_privilege('guard', oid, 'execute') order by 1`)
    ).split('\n')

  test('the schema may be applied again, and brings an older one up with its leases', async () => {
    const job = newJob()
    await grantOf(job, 'a')
    const all = () =>
      sql(`select string_agg(oid || proname || pg_get_functiondef(oid) || coalesce(proacl::text, ''), ' ' order by oid)
      from pg_proc where pronamespace = 'guard'::regnamespace`)
    const before = await all()
    await sql(schemaSql)
    expect(await all()).toBe(before)
    // One that answers otherwise, one of which this version knows nothing, and a type with other columns.
    await sql(`create or replace function guard.version() returns integer language sql immutable as 'select 1';
      alter type guard.answer drop attribute server_ms;
      alter table guard.lease drop column attempt, drop column ended_token, drop column ended_status, drop column ended_at;
      create function guard.acquire(p_version integer, p_job text) returns guard.answer language sql as 'select null::guard.answer';
      create or replace function guard.check(p_version integer, p_job text, p_token bigint) returns guard.answer language sql as 'select null::guard.answer'`)
    await sql(schemaSql)
    expect(await sql('select guard.version()')).toBe(`${schemaVersion}`)
    expect(await store.check({job, token: 1})).toMatchObject({state: 'held'})
    expect(await signatures()).toEqual(callable)
  })

  test('the schema has another version with each change of what a host calls', async () => {
    expect([schemaVersion, await signatures()]).toEqual([3, callable])
  })

  test.each(['DBA', 'my dba', 'alice@example.com', "o'neil", 'a"b'])(
    'the schema is applied, and applied again, by an administrator of any name: %s',
    async (admin) => {
      const role = `"${admin.replaceAll('"', '""')}"`
      const database = `of_admin_${++jobs}`
      await postgres().sql(`create role ${role} createrole`)
      await postgres().sql(`create database ${database} owner ${role}`)
      await postgres().sql(`set role ${role}; ${schemaSql}`, database)
      await postgres().sql(`set role ${role}; ${schemaSql}`, database)
      const owner =
        "select nspowner = (select oid from pg_roles where rolname = current_user) from pg_namespace where nspname = 'guard'"
      expect(await postgres().sql(`set role ${role}; ${owner}`, database)).toBe('t')
      await expect(postgres().sql(schemaSql, database)).rejects.toThrow('belongs to another role')
    },
  )

  test('a newer schema is not turned back', async () => {
    const {name} = await createFleetDatabase(postgres())
    await postgres().sql(
      "create or replace function guard.version() returns integer language sql immutable as 'select 99'",
      name,
    )
    await expect(postgres().sql(schemaSql, name)).rejects.toThrow('the schema has version 99, newer than this one')
    expect(await postgres().sql('select guard.version()', name)).toBe('99')
  })

  test('the role may call the functions, and do nothing else', async () => {
    for (const attempt of [
      'select * from guard.lease',
      "update guard.lease set token = 1 where job = 'a'",
      "insert into guard.lease (job) values ('a')",
      'create table guard.mine (x int)',
      "select guard.answer_of('held', null, now())",
      'create or replace function guard.version() returns integer language sql as $$select 1$$',
    ])
      await expect(sql(`set role guard; ${attempt}`)).rejects.toThrow(/permission denied|must be owner/)
  })

  test('a function with the rights of its owner is not deceived by what the caller has in the way', async () => {
    const job = newJob()
    const trap =
      "create function pg_temp.clock_timestamp() returns timestamptz language sql as $$select '2000-01-01'::timestamptz$$"
    const at = await sql(
      `set search_path = pg_temp, public; ${trap}; set role guard; select server_ms from guard.acquire(${schemaVersion}, '${job}', 'a', 'a', 'a', 1000, 0, null, 1, null, null, 60000)`,
    )
    expect(Number(at)).toBeGreaterThan(Date.UTC(2026, 0))
  })

  test.skipIf(pgbouncerObstacle !== undefined)('through PgBouncer in transaction mode all is the same', async () => {
    const bouncer = await startPgbouncer(postgres(), ['guard'], ['default_pool_size = 2'])
    const through: FleetStore = openPostgresStore({url: bouncer.urlOf('guard', database), timeoutMs: 10_000})
    const job = newJob()
    const hosts = Array.from({length: 12}, (_, index) => `host-${index}`)
    const answers = await Promise.all(hosts.map((host) => through.acquire(claimOf(job, host))))
    expect(answers.filter(({state}) => state === 'granted')).toHaveLength(1)
    expect(await through.renew({job, token: 1})).toMatchObject({state: 'held'})
    expect(await through.release({job, token: 1, status: 'ok'})).toMatchObject({state: 'held'})
    expect(await store.check({job, token: 1})).toMatchObject({state: 'fenced', lease: {released: {status: 'ok'}}})
  })
})
