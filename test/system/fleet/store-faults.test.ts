import {once} from 'node:events'
import {rmSync, writeFileSync} from 'node:fs'
import {type AddressInfo, createServer, type Socket} from 'node:net'
import {join} from 'node:path'
import {beforeAll, describe, expect, onTestFinished, test} from 'vitest'
import {StoreFault} from '../../../src/domain/fleet/store-fault.js'
import {openPostgresStore} from '../../../src/system/fleet/postgres-store.js'
import {schemaVersion} from '../../../src/system/fleet/schema.js'
import {createFleetDatabase} from '../../support/fleet-database.js'
import {closedPort} from '../../support/http-receiver.js'
import {pgbouncerObstacle, startPgbouncer} from '../../support/pgbouncer.js'
import {postgresObstacle, postgresOfFile} from '../../support/postgres.js'

const claim = {job: 'j', host: 'a', holder: 'a', claimId: 'run-1', ttlMs: 60_000, floor: 0}
const secret = /secret/
/** Of a poll, ms. */
const patiently = {timeout: 20_000}

describe.skipIf(postgresObstacle !== undefined)(`faults of a store (${postgresObstacle ?? 'real'})`, () => {
  const postgres = postgresOfFile(() => ({settings: ['max_connections = 12', 'superuser_reserved_connections = 3']}))
  let database: string
  let url: string

  beforeAll(async () => {
    const made = await createFleetDatabase(postgres())
    database = made.name
    url = made.url
    // What waits for the lock of the row needs one.
    await acquire(url)
  })

  const acquire = (address: string, timeoutMs = 10_000) => openPostgresStore({url: address, timeoutMs}).acquire(claim)
  const faultOf = async (address: string, timeoutMs?: number) => {
    const error: unknown = await acquire(address, timeoutMs).catch((thrown: unknown) => thrown)
    if (!(error instanceof StoreFault)) throw new Error(`no fault: ${JSON.stringify(error)}`, {cause: error})
    expect(`${error.message} ${error.hints.join(' ')}`).not.toMatch(secret)
    return error
  }
  const sql = (text: string) => postgres().sql(text, database)

  test('a wrong password, and none at all, are refused', async () => {
    const wrong = url.replace('secret', 'other')
    expect(await faultOf(wrong)).toMatchObject({kind: 'refused', message: expect.stringContaining('28P01')})
    const none = url.replace(/:[^:@]*@/, '@')
    expect(await faultOf(none)).toMatchObject({kind: 'refused', hints: ['check the password in the address']})
  })

  test('neither PGPASSWORD nor PGOPTIONS of the environment is used', async () => {
    const former = process.env
    onTestFinished(() => {
      process.env = former
    })
    process.env = {...former, PGPASSWORD: 'secret of guard', PGOPTIONS: '-c default_transaction_read_only=on'}
    expect(await faultOf(url.replace(/:[^:@]*@/, '@'))).toMatchObject({kind: 'refused'})
    expect(await acquire(url)).toMatchObject({state: 'granted'})
  })

  test('a database that is not there is refused, and one without the schema', async () => {
    expect(await faultOf(url.replace(database, 'nowhere'))).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('3D000'),
    })
    expect(await faultOf(url.replace(database, 'postgres'))).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('schema "guard" does not exist'),
      hints: ['let the administrator apply it: guard fleet schema | psql'],
    })
  })

  test('a user without the right is refused, and gets it with the role', async () => {
    await postgres().addUser('web')
    const ofWeb = postgres().urlOf('web', database)
    expect(await faultOf(ofWeb)).toMatchObject({kind: 'refused', message: expect.stringContaining('42501')})
    await sql('grant guard to web')
    expect(await acquire(ofWeb)).toMatchObject({state: 'granted'})
  })

  test.each([
    // A schema that would answer a guard of any version.
    [
      'older',
      schemaVersion - 1,
      "create or replace function guard.may_ask(version integer) returns boolean language sql as 'select true'",
      'let the administrator apply it: guard fleet schema | psql',
    ],
    ['newer', schemaVersion + 1, '', 'update guard on this host'],
    ['older', schemaVersion - 1, '', 'let the administrator apply it: guard fleet schema | psql'],
    // A function of before has other parameters, and cannot be called by this guard.
    [
      'older',
      schemaVersion - 1,
      'alter function guard.acquire rename to acquire_of_before',
      'let the administrator apply it: guard fleet schema | psql',
    ],
  ])('a schema that is %s than this guard is refused before anything is granted', async (_title, has, more, hint) => {
    const {name, url: other} = await createFleetDatabase(postgres())
    await postgres().sql(
      `create or replace function guard.version() returns integer language sql immutable as 'select ${has}'; ${more}`,
      name,
    )
    expect(await faultOf(other)).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining(
        `has version ${has} of the schema, and this guard needs version ${schemaVersion}`,
      ),
      hints: [hint],
    })
    expect(await postgres().sql('select count(*) from guard.lease', name)).toBe('0')
  })

  test('what no store of this schema answers is invalid, with what was wrong', async () => {
    const {name, url: odd} = await createFleetDatabase(postgres())
    const answerWith = (columns: string) =>
      postgres().sql(
        `drop function guard.acquire; create function guard.acquire(integer, text, text, text, text, bigint, bigint, bigint, bigint, text[], text[], bigint)
         returns table (state text, job text, token text, host text) language sql as $$ select ${columns} $$`,
        name,
      )
    for (const [columns, problem] of [
      [
        "'granted', 'j', '9007199254740992', 'a'",
        'the token "9007199254740992", which is not a number from 0 to 2^53 - 1',
      ],
      ["'granted', 'j', '-1', 'a'", 'the token "-1", which is not a number from 0 to 2^53 - 1'],
      ["'granted', 'j', '1', 'a'", 'no column holder'],
      ["'granted', null, '1', 'a'", 'the job null'],
      ["'won', 'j', '1', 'a'", 'the state "won"'],
    ] as const) {
      await answerWith(columns)
      expect(await faultOf(odd)).toMatchObject({kind: 'invalid', message: expect.stringContaining(problem)})
    }
    await answerWith("'held', 'j', '1', 'a' where false")
    expect(await faultOf(odd)).toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('answers with 0 rows'),
    })
  })

  test('a port that is closed, and a socket that is not there, are away', async () => {
    const port = await closedPort()
    expect(await faultOf(`postgres://guard:secret@127.0.0.1:${port}/d`)).toMatchObject({
      kind: 'away',
      message: `the store at 127.0.0.1:${port} refuses the connection`,
    })
    expect(await faultOf('postgres://guard:secret@/d?host=/run/nowhere')).toMatchObject({
      kind: 'away',
      message: 'the store at /run/nowhere/.s.PGSQL.5432 has no socket there',
    })
  })

  test('over a Unix socket it is asked as over TCP', async () => {
    const {port, socketDir} = postgres()
    const local = `postgres://guard:secret%20of%20guard@:${port}/${database}?host=${socketDir}`
    expect(await acquire(local)).toMatchObject({state: 'granted'})
  })

  test('a server that hangs is away after the time limit, before the connection and after it', async () => {
    const server = postgres()
    const rollBack = await server.transaction("select from guard.lease where job = 'j' for update", database)
    expect(await faultOf(url, 300)).toMatchObject({kind: 'away', message: expect.stringContaining('within 300ms')})
    await rollBack()
    server.freeze()
    const late = await faultOf(url, 300)
    server.thaw()
    expect(late).toMatchObject({kind: 'away', message: expect.stringContaining('was not reached within 300ms')})
    expect(await acquire(url)).toMatchObject({state: 'granted'})
  })

  test('a server that has no connection left is away', async () => {
    const held = await Promise.all(Array.from({length: 9}, () => postgres().transaction('select 1', database)))
    expect(await faultOf(url)).toMatchObject({kind: 'away', message: expect.stringContaining('53300')})
    await Promise.all(held.map((rollBack) => rollBack()))
  })

  test('a server that is ended while it decides is away', async () => {
    const rollBack = await postgres().transaction("select from guard.lease where job = 'j' for update", database)
    const fault = faultOf(url)
    // In one question: the server gives the lock up after 3 s by itself.
    const ended = "select count(pg_terminate_backend(pid)) from pg_stat_activity where wait_event_type = 'Lock'"
    await expect.poll(() => sql(ended), patiently).toBe('1')
    expect(await fault).toMatchObject({kind: 'away', message: expect.stringContaining('57P01')})
    await rollBack()
  })

  test('no connection is kept after an answer', async () => {
    const count = () => sql("select count(*) from pg_stat_activity where application_name = 'guard'")
    await acquire(url)
    await expect.poll(count, patiently).toBe('0')
  })

  test.each([
    ['nothing', ''],
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['noise', '\u0001\u0002\u0003\u0004\u0005\u0006\u0007'.repeat(9)],
  ])('a port behind which something else answers with %s is no store', async (_title, answer) => {
    const sockets: Socket[] = []
    const server = createServer((socket) => {
      sockets.push(socket.on('error', () => undefined))
      socket.write(answer)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    const {port} = server.address() as AddressInfo
    const fault = await faultOf(`postgres://guard:secret@127.0.0.1:${port}/d`, 300)
    expect(fault.kind).toMatch(/away|invalid/)
  })

  describe.skipIf(pgbouncerObstacle !== undefined)(`behind PgBouncer (${pgbouncerObstacle ?? 'real'})`, () => {
    test('a wrong password is refused', async () => {
      const bouncer = await startPgbouncer(postgres(), ['guard'])
      const wrong = bouncer.urlOf('guard', database).replace('secret', 'other')
      expect(await faultOf(wrong)).toMatchObject({
        kind: 'refused',
        message: expect.stringContaining('authentication failed (08P01)'),
      })
    })

    test('a pooler that takes no more clients is away', async () => {
      const bouncer = await startPgbouncer(postgres(), ['guard'], ['max_client_conn = 2'])
      const through = bouncer.urlOf('guard', database)
      const rollBack = await postgres().transaction("select from guard.lease where job = 'j' for update", database)
      const asked = [1, 2, 3, 4].map(() => acquire(through).catch((fault: unknown) => fault))
      const refused = asked.map(async (answer) => {
        expect(await answer).toMatchObject({
          kind: 'away',
          message: expect.stringContaining('no more connections allowed'),
        })
      })
      await Promise.any(refused)
      await rollBack()
      await Promise.allSettled(refused)
    })

    test('a server that is not there is away', async () => {
      const bouncer = await startPgbouncer(postgres(), ['guard'], ['query_wait_timeout = 1', 'server_login_retry = 1'])
      const through = bouncer.urlOf('guard', database)
      await postgres().stop()
      const fault = await faultOf(through, 5000)
      await postgres().start()
      expect(fault).toMatchObject({kind: 'away'})
    })
  })

  test('a server that follows another one is away: its copy may be old, and must not say that a token holds', async () => {
    const answer = await acquire(url)
    await postgres().stop()
    const follows = join(postgres().dir, 'data/standby.signal')
    writeFileSync(follows, '')
    await postgres().start()
    const store = openPostgresStore({url, timeoutMs: 10_000})
    const faults = [
      await faultOf(url),
      await store.check({job: 'job', token: 1}).catch((fault: unknown) => fault),
      await store.list().catch((fault: unknown) => fault),
    ]
    await postgres().stop()
    rmSync(follows)
    await postgres().start()
    for (const fault of faults)
      expect(fault).toMatchObject({kind: 'away', message: expect.stringContaining('this server follows another one')})
    expect([answer, await acquire(url)]).toMatchObject([{state: 'granted'}, {state: 'granted'}])
  })

  test('a server that was stopped is away, and asked again once it runs', async () => {
    await postgres().stop()
    const away = await faultOf(url)
    await postgres().start()
    expect(away).toMatchObject({kind: 'away'})
    expect(await acquire(url)).toMatchObject({state: 'granted'})
  })
})
