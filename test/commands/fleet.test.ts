import {execFile} from 'node:child_process'
import {once} from 'node:events'
import {readFileSync} from 'node:fs'
import {type AddressInfo, createServer} from 'node:net'
import {createSecureContext, TLSSocket} from 'node:tls'
import {promisify} from 'node:util'
import {beforeAll, describe, expect, onTestFinished, test} from 'vitest'
import {hasOpenssl, makeCertificates} from '../support/certificates.js'
import {createFleetDatabase} from '../support/fleet-database.js'
import {pgbouncerObstacle, startPgbouncer} from '../support/pgbouncer.js'
import {postgresObstacle, postgresOfFile, startFollower} from '../support/postgres.js'
import {createSandbox, type Sandbox} from '../support/sandbox.js'

const settings = 'fleet: {postgres: {env: FLEET_URL}, timeout: 5s}\n'

function hostSandbox(): Sandbox {
  const box = createSandbox()
  box.write('.guardianrc', settings)
  return box
}

const withBroken = (pem: string) => `${pem}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`

const check = (box: Sandbox, url: string, ...more: readonly string[]) =>
  box.guardWith({env: {FLEET_URL: url}}, 'fleet', 'check', ...more)

describe('guard fleet check without a server', () => {
  test('says that the settings name no store', async () => {
    const {code, stderr} = await createSandbox().guard('fleet', 'check')
    expect([code, stderr]).toEqual([
      78,
      `guard: there is no store of a fleet in the settings
  - add it: fleet: {postgres: {env: GUARD_FLEET_URL}}
  - check the settings: guard config check
`,
    ])
  })

  test.each([
    [['fleet', 'check'], 78],
    [['lease', 'list', '--scope', 'fleet'], 78],
    [['health'], 2],
  ])('%j says what is wrong with the part of the settings that names the store', async (args, code) => {
    const box = createSandbox()
    box.write('.guardianrc', 'fleet: {postgres: {env: FLEET_URL}, host: "a b", onStoreErr: run}\n')
    const said = await box.guardWith({env: {FLEET_URL: 'postgres://guard:hunter2@127.0.0.1:1/guard'}}, ...args)
    const last = code === 78 ? said.stderr.slice(said.stderr.lastIndexOf('guard: ')) : said.stdout
    expect(last).toMatch(/settings are wrong: .*fleet\.host: "a b" is not a name of a host/)
    expect(last).toContain('fleet.onStoreErr')
    expect([said.code, last.includes('there is no store')]).toEqual([code, false])
  })

  test('refuses an address that is wrong, and does not repeat it', async () => {
    const {code, stderr} = await check(hostSandbox(), 'postgres://guard:hunter2@db.example.org/guard?sslmode=require')
    expect([code, stderr]).toEqual([
      78,
      `guard: fleet.postgres: the address of the store has sslmode=require, which does not check with whom guard talks
  - write sslmode=verify-full
  - write postgres://guard:PASSWORD@HOST/DATABASE?sslmode=verify-full
`,
    ])
  })

  test('answers in its first line that the store does not answer', async () => {
    const {code, stdout} = await check(hostSandbox(), 'postgres://guard:hunter2@127.0.0.1:1/guard')
    expect([code, stdout]).toEqual([
      2,
      `X This host cannot use the store of its fleet
  X The store does not answer: the store at 127.0.0.1:1 refuses the connection; mend: see whether it runs there: pg_isready
`,
    ])
  })
})

describe.skipIf(postgresObstacle !== undefined || !hasOpenssl)(
  `guard fleet, with a real PostgreSQL (${postgresObstacle ?? (hasOpenssl ? 'and TLS' : 'openssl is not installed')})`,
  () => {
    let ca = ''
    const postgres = postgresOfFile((dir) => {
      const made = makeCertificates(dir)
      ca = made.ca
      return {tls: made.right, settings: ['fsync = on']}
    })
    let url = ''
    let database = ''

    beforeAll(async () => {
      const made = await createFleetDatabase(postgres())
      url = made.url
      database = made.name
    })

    const overTls = (host: string, authority = ca) =>
      `postgres://guard:secret%20of%20guard@${host}:${postgres().port}/${database}?sslmode=verify-full${authority && `&sslrootcert=${authority}`}`

    test('schema prints what psql applies, as it stands', async () => {
      const {stdout} = await createSandbox().guard('fleet', 'schema')
      await postgres().sql('create database printed')
      await postgres().sql(stdout, 'printed')
      expect(await postgres().sql('select guard.version()', 'printed')).toBe('3')
      const json = JSON.parse((await createSandbox().guard('fleet', 'schema', '--json')).stdout)
      expect(json).toEqual({version: 3, sql: stdout})
    })

    test('check says that all is well, with what it looked at', async () => {
      const {code, stdout, stderr} = await check(hostSandbox(), overTls('localhost'))
      expect([code, stderr, stdout]).toEqual([
        0,
        '',
        `. This host can use the store of its fleet
  . reached: localhost:${postgres().port}, PostgreSQL ${await serverVersion()}, as guard
  . TLS: certificate and name are checked
  . schema: version 3
  . rights: to call the functions, and no more
  . claim: one was granted as a trial, and undone
  . standbys: none
  . clock: within 5s of the store's
  . durability: a crash loses no grant
`,
      ])
    })

    test('check says as JSON what it found', async () => {
      const {code, stdout} = await check(hostSandbox(), url, '--json')
      expect([code, JSON.parse(stdout)]).toMatchObject([0, {level: 'well', user: 'guard', schema: 3, clockOffsetMs: 0}])
    })

    test.skipIf(pgbouncerObstacle !== undefined)(
      'check says the same through PgBouncer in transaction mode',
      async () => {
        const bouncer = await startPgbouncer(postgres(), ['guard'])
        const {code, stdout} = await check(hostSandbox(), bouncer.urlOf('guard', database))
        expect([code, stdout]).toEqual([0, expect.stringContaining(`reached: 127.0.0.1:${bouncer.port}, PostgreSQL`)])
      },
    )

    test('a user with more rights, and an asynchronous standby, are to be looked at', async () => {
      await startFollower(postgres())
      const {code, stdout} = await check(hostSandbox(), postgres().urlOf('postgres', database))
      expect(code).toBe(1)
      expect(stdout.split('\n').filter((line) => line.includes('!'))).toEqual([
        '! This host can use the store of its fleet; something needs a look',
        expect.stringContaining('! User postgres may do more than a host needs: is a superuser, owns the schema,'),
        expect.stringContaining('! All standbys are asynchronous: a fail-over may lose a grant: 1 of them;'),
      ])
      // Who follows is shown to few, how many to everybody.
      expect((await check(hostSandbox(), url)).stdout).toContain('! All standbys are asynchronous')
    })

    test('a database without the schema, and a user without the rights, are wrong', async () => {
      const elsewhere = await check(hostSandbox(), url.replace(database, 'postgres'))
      expect([elsewhere.code, elsewhere.stdout]).toEqual([2, expect.stringContaining('X The schema is missing; mend:')])
      await postgres().addUser('web')
      const ofWeb = await check(hostSandbox(), postgres().urlOf('web', database))
      expect([ofWeb.code, ofWeb.stdout]).toEqual([
        2,
        expect.stringMatching(/X User web may not ask the store: .*; mend: grant guard to "web"/),
      ])
    })

    test('the role of the schema without its rights has them again once the schema is applied', async () => {
      const {name, url: revoked} = await createFleetDatabase(postgres())
      await postgres().sql('revoke execute on all functions in schema guard from guard', name)
      const {code, stdout} = await check(hostSandbox(), revoked)
      const said = /X User guard may not ask the store: .*; mend: guard fleet schema \| psql/
      expect([code, stdout]).toEqual([2, expect.stringMatching(said)])
      expect(stdout).not.toContain('trial')
      await postgres().sql((await createSandbox().guard('fleet', 'schema')).stdout, name)
      expect((await check(hostSandbox(), revoked)).stdout).toContain('claim: one was granted as a trial, and undone')
    })

    test.each([
      [
        'a server that commits only with a standby',
        "alter system set synchronous_standby_names = 'ANY 1 (nobody)'",
        'alter system reset synchronous_standby_names',
        'Each commit waits for a standby that is not there',
      ],
      [
        'a role that only reads',
        'alter role guard set default_transaction_read_only = on',
        'alter role guard reset default_transaction_read_only',
        'read-only transaction',
      ],
      ['a table that is gone', 'drop table guard.lease cascade', '', 'apply it: guard fleet schema | psql'],
      [
        'functions without rights to the table',
        'create role helper; grant usage, create on schema guard to helper; alter function guard.acquire owner to helper',
        '',
        'let one role own the schema guard',
      ],
    ])('check says what no run can do with: %s', async (_title, harm, mend, said) => {
      const {name, url: harmed} = await createFleetDatabase(postgres())
      for (const statement of harm.split(';')) await postgres().sql(statement, name)
      await postgres().sql('select pg_reload_conf()')
      await expect
        .poll(async () => (await check(hostSandbox(), harmed)).stdout.replace(/\s+/g, ' '), {timeout: 20_000})
        .toContain(said)
      const {code} = await check(hostSandbox(), harmed)
      if (mend !== '') await postgres().sql(mend, name)
      await postgres().sql('select pg_reload_conf()')
      expect(code).toBe(2)
      // The server may come to the end of the session a moment later.
      const open = 'select count(*) from pg_stat_activity where state like $$idle in%$$'
      await expect.poll(() => postgres().sql(open), {timeout: 20_000}).toBe('0')
    })

    test.each([
      ['of another name', () => overTls('127.0.0.1'), 'has a certificate for another name'],
      ['of an authority that is not known', () => overTls('localhost', ''), 'has a certificate of no known authority'],
      ['of another authority', () => overTls('localhost', otherAuthority()), 'has a certificate of no known authority'],
      ['that nobody can check', () => overTls('localhost', '/nowhere.pem'), 'cannot be read: ENOENT'],
      ['that is no certificate', () => overTls('localhost', '/etc/passwd'), 'is not in /etc/passwd, or is damaged'],
      [
        'that is cut off',
        () =>
          overTls(
            'localhost',
            damaged((pem) => pem.slice(0, 300)),
          ),
        'or is damaged',
      ],
      ['that is followed by a damaged one', () => overTls('localhost', damaged(withBroken)), 'or is damaged'],
    ])('a certificate %s is refused', async (_title, address, problem) => {
      const {code, stdout} = await check(hostSandbox(), address())
      expect([code, stdout]).toEqual([2, expect.stringMatching(`X The store refuses this host: .* ${problem}`)])
    })

    test('a server without TLS is refused where TLS is asked for', async () => {
      await postgres().sql('alter system set ssl = off')
      await postgres().sql('select pg_reload_conf()')
      await expect.poll(() => postgres().sql('show ssl'), {timeout: 20_000}).toBe('off')
      const {code, stdout} = await check(hostSandbox(), overTls('localhost'))
      await postgres().sql('alter system reset ssl')
      await postgres().sql('select pg_reload_conf()')
      expect([code, stdout]).toEqual([2, expect.stringContaining('offers no TLS')])
    })

    test('no variable of the environment turns the check of certificates off', async () => {
      for (const url of [overTls('127.0.0.1'), overTls('localhost', '')]) {
        const env = {FLEET_URL: url, NODE_TLS_REJECT_UNAUTHORIZED: '0', PGSSLMODE: 'no-verify'}
        const {code, stdout} = await hostSandbox().guardWith({env}, 'fleet', 'check')
        expect([code, stdout]).toEqual([2, expect.stringContaining('X The store refuses this host')])
      }
    })

    test('a server with a wrong certificate is sent nothing, however it asks', async () => {
      const {port, received} = await startImpostor()
      const {code, stdout} = await check(
        hostSandbox(),
        overTls('localhost').replace(`:${postgres().port}/`, `:${port}/`),
      )
      expect([code, stdout]).toEqual([2, expect.stringContaining('has a certificate of no known authority')])
      expect(received()).toBe('')
    })

    test('no secret is left anywhere', async () => {
      const box = hostSandbox()
      const wrong = url.replace('secret', 'hunter2')
      const ended = [await check(box, url), await check(box, wrong), await check(box, wrong, '--json')]
      expect(ended.map(({code}) => code)).toEqual([0, 2, 2])
      for (const {stdout, stderr} of ended) expect(`${stdout}${stderr}`).not.toMatch(/secret|hunter2/)
      const {stdout} = await promisify(execFile)('grep', ['-rlE', 'secret|hunter2', box.dir]).catch((error) => error)
      expect(stdout).toBe('')
    })

    async function serverVersion(): Promise<string> {
      return (await postgres().sql('show server_version')).split(' ')[0] ?? ''
    }

    function damaged(change: (pem: string) => string): string {
      return hostSandbox().write('damaged.pem', change(readFileSync(ca, 'utf8')))
    }

    /** A second authority, which has signed nothing. */
    function otherAuthority(): string {
      return hostSandbox().write('other.pem', readFileSync(ca.replace('ca.pem', 'self.pem'), 'utf8'))
    }

    /** Speaks as a server does, with a certificate of its own making, and asks for the password in clear text. */
    async function startImpostor() {
      const dir = ca.replace('/ca.pem', '')
      const [key, cert] = ['self.key', 'self.pem'].map((name) => readFileSync(`${dir}/${name}`))
      let received = ''
      const server = createServer((socket) => {
        socket.on('error', () => undefined)
        socket.once('data', () => {
          socket.write('S')
          const secure = new TLSSocket(socket, {isServer: true, secureContext: createSecureContext({key, cert})})
          secure.on('error', () => undefined)
          secure.on('data', (data) => {
            received += data.toString('latin1')
            secure.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]))
          })
        })
      })
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      onTestFinished(() => void server.close())
      return {port: (server.address() as AddressInfo).port, received: () => received}
    }
  },
)
