import {execFile, spawnSync} from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import Client from 'pg/lib/client.js'
import {afterAll, beforeAll, vi} from 'vitest'
import {startDaemon} from './daemon.js'
import {closedPort} from './http-receiver.js'
import {isAlive, isRoot, until} from './sandbox.js'

/** Debian keeps the programs of each version in a folder of its own; the newest is taken. */
const programs = newestPrograms('/usr/lib/postgresql')

/** Why no real server can be started here; undefined if it can. */
export const postgresObstacle =
  programs === undefined
    ? 'PostgreSQL is not installed'
    : isRoot && !/^postgres:/m.test(readFileSync('/etc/passwd', 'utf8'))
      ? 'the user postgres, as which root would start the server, does not exist'
      : undefined

/** A server starts neither as root nor as a user without a name; anybody else starts it under their own. */
export const asServerUser: readonly string[] = isRoot
  ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups']
  : ['env']

interface PostgresOptions {
  /** Turns TLS on, with this certificate. */
  readonly tls?: {readonly key: string; readonly cert: string}
  /** Lines of postgresql.conf. */
  readonly settings?: readonly string[]
  /** Lines of pg_hba.conf that come before all others. */
  readonly access?: readonly string[]
  /** Of the server's processes: for libfaketime. */
  readonly env?: Readonly<Record<string, string>>
}

/** A real server with all of its files in a folder of its own. */
export interface Postgres {
  readonly dir: string
  readonly port: number
  /** The socket `.s.PGSQL.<port>` is in it. */
  readonly socketDir: string
  /** The superuser `postgres` on loopback, with a password. */
  url(): string
  /** Another user, with the password `secret of <user>`. */
  urlOf(user: string, database?: string): string
  /** Runs SQL as the superuser, over the socket. @returns the rows, `|` between their columns */
  sql(text: string, database?: string): Promise<string>
  /** Begins a transaction of the superuser that stays open, with a statement in it. @returns what rolls it back */
  transaction(text: string, database: string): Promise<() => Promise<void>>
  /** Creates a user who may log in, with the password that `urlOf` names. */
  addUser(user: string, more?: string): Promise<void>
  /** Gives a user who exists the password that `urlOf` names. */
  setPassword(user: string): Promise<void>
  pid(): number
  start(env?: Readonly<Record<string, string>>): Promise<void>
  /** Ends it as `pg_ctl stop -m fast` does: sessions are told 57P01. */
  stop(): Promise<void>
  /** Ends all of its processes with SIGKILL. */
  kill(): Promise<void>
  /** Stops all of its processes with SIGSTOP: connections are still accepted by the kernel, and nothing answers. */
  freeze(): void
  thaw(): void
  /** Makes a standby the server that commits. */
  promote(): Promise<void>
  /** What it has written into its log. */
  log(): string
  /** Ends it, and removes its files. */
  remove(): Promise<void>
}

/**
 * One server for all tests of a file.
 * @param options is called with a folder that is removed after the last test
 * @returns what gives the server, once the tests have begun
 */
export function postgresOfFile(options: (dir: string) => PostgresOptions = () => ({})): () => Postgres {
  let server: Postgres | undefined
  let dir: string | undefined
  beforeAll(async () => {
    if (postgresObstacle !== undefined) return
    dir = mkdtempSync(join(tmpdir(), 'guard-pg-files-'))
    server = await startPostgres(options(dir))
  })
  afterAll(async () => {
    await server?.remove()
    if (dir !== undefined) rmSync(dir, {recursive: true, force: true})
  })
  return () => {
    if (!server) throw new Error(postgresObstacle ?? 'the server has not been started')
    return server
  }
}

/** Creates and starts a server; `remove` must be called in the end. */
export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  const dir = mkdtempSync(join(tmpdir(), 'guard-pg-'))
  giveToServer(dir)
  const port = await closedPort()
  const server = handle(dir, port, options)
  try {
    await createCluster(dir, port, options)
    await server.start()
    await server.setPassword('postgres')
  } catch (error) {
    await server.remove()
    throw error
  }
  return server
}

/** Gives a file or an empty folder to the user of the server. */
export function giveToServer(path: string): void {
  if (isRoot) spawnSync('chown', ['postgres:postgres', path])
}

export const passwordOf = (user: string) => `secret of ${user}`

/** Starts what receives all that a server writes, as an asynchronous standby does, until the test is over. */
export async function startFollower(server: Postgres): Promise<void> {
  const into = join(server.dir, 'received')
  mkdirSync(into)
  giveToServer(into)
  const [file = '', ...args] = asServerUser
  const place = ['-h', server.socketDir, '-p', `${server.port}`, '-U', 'postgres']
  startDaemon(file, ...args, join(programs ?? '', 'pg_receivewal'), '-D', into, ...place)
  await vi.waitUntil(async () => (await server.sql('select count(*) from pg_stat_replication')) === '1', {
    timeout: 20_000,
  })
}

/** Makes a copy of a server that follows it; the server's commits wait for it from then on. `remove` must be called in the end. */
export async function startStandby(primary: Postgres): Promise<Postgres> {
  const dir = mkdtempSync(join(tmpdir(), 'guard-pg-'))
  giveToServer(dir)
  const port = await closedPort()
  const standby = handle(dir, port, {})
  const data = join(dir, 'data')
  const from = `host=${primary.socketDir} port=${primary.port} user=postgres application_name=standby`
  const copy = [join(programs ?? '', 'pg_basebackup'), '-d', from, '-D', data, '-R', '-X', 'stream', '-c', 'fast']
  await run(dir, [...copy, '--no-sync'])
  appendFileSync(join(data, 'postgresql.conf'), `port = ${port}\nunix_socket_directories = '${dir}'\n`)
  await standby.start()
  await primary.sql("alter system set synchronous_standby_names = 'standby'")
  await primary.sql('select pg_reload_conf()')
  const isSynchronous = async () => (await primary.sql('select sync_state from pg_stat_replication')) === 'sync'
  await vi.waitUntil(isSynchronous, {timeout: 20_000})
  return standby
}

async function createCluster(dir: string, port: number, {tls, settings = [], access = []}: PostgresOptions) {
  const data = join(dir, 'data')
  const initdb = [join(programs ?? '', 'initdb'), '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8']
  await run(dir, [...initdb, '--locale=C', '--no-sync'])
  const write = (name: string, text: string, mode: number) => {
    writeFileSync(join(data, name), text, {mode})
    giveToServer(join(data, name))
  }
  if (tls) {
    write('server.key', tls.key, 0o600)
    write('server.crt', tls.cert, 0o600)
  }
  const own = [
    `port = ${port}`,
    "listen_addresses = '127.0.0.1'",
    `unix_socket_directories = '${dir}'`,
    `ssl = ${tls ? 'on' : 'off'}`,
    // Its files are thrown away, and nothing of it may stay in /dev/shm after a kill.
    'fsync = off',
    'dynamic_shared_memory_type = mmap',
    'shared_buffers = 16MB',
    'autovacuum = off',
    `logging_collector = off`,
  ]
  writeFileSync(join(data, 'postgresql.conf'), `${[...own, ...settings].join('\n')}\n`)
  const entries = [
    'local all postgres trust',
    'local replication postgres trust',
    'local all all scram-sha-256',
    'host all all 127.0.0.1/32 scram-sha-256',
  ]
  writeFileSync(join(data, 'pg_hba.conf'), `${[...access, ...entries].join('\n')}\n`)
}

function handle(dir: string, port: number, options: PostgresOptions): Postgres {
  const data = join(dir, 'data')
  const pid = () => Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0])
  const isUp = () => existsSync(join(data, 'postmaster.pid')) && isAlive(pid())
  const signalAll = (signal: NodeJS.Signals) => {
    // The parent first: stopped or dead, it starts no other.
    for (const one of [pid(), ...childrenOf(pid())]) trySignal(one, signal)
  }
  const ended = async (processes: readonly number[]) => {
    await until(() => !processes.some(isAlive), 'all processes of the server have ended', 30_000)
  }
  const log = () => (existsSync(join(dir, 'log')) ? readFileSync(join(dir, 'log'), 'utf8') : '')
  const sql = (text: string, database = 'postgres') => runSql(dir, port, text, database)
  const urlOf = (user: string, database = 'postgres') =>
    `postgres://${encodeURIComponent(user)}:${encodeURIComponent(passwordOf(user))}@127.0.0.1:${port}/${database}`
  return {
    dir,
    port,
    socketDir: dir,
    url: () => urlOf('postgres'),
    urlOf,
    sql,
    addUser: async (user, more = '') => {
      await sql(`create role "${user}" login password '${passwordOf(user)}' ${more}`)
    },
    transaction: async (text, database) => {
      const client = new Client(sessionOptions(dir, port, database))
      client.on('error', () => undefined)
      await client.connect()
      await client.query({text: 'begin', values: []})
      await client.query({text, values: []})
      return () => client.end()
    },
    setPassword: async (user) => {
      await sql(`alter role "${user}" password '${passwordOf(user)}'`)
    },
    pid,
    start: async (env = options.env ?? {}) => {
      await pgCtl(dir, ['start', '-w', '-t', '60', '-l', join(dir, 'log')], env).catch((error: Error) => {
        throw new Error(`${error.message}${log().split('\n').slice(-10).join('\n')}`)
      })
    },
    stop: async () => {
      await pgCtl(dir, ['stop', '-w', '-m', 'fast'])
    },
    kill: async () => {
      // Stopped, it starts no process that the list lacks.
      trySignal(pid(), 'SIGSTOP')
      const all = [pid(), ...childrenOf(pid())]
      signalAll('SIGKILL')
      await ended(all)
      // The number of a dead process that nobody has waited for is taken still, and no server starts beside its locks.
      for (const lock of [join(data, 'postmaster.pid'), join(dir, `.s.PGSQL.${port}.lock`)]) rmSync(lock, {force: true})
    },
    freeze: () => signalAll('SIGSTOP'),
    thaw: () => signalAll('SIGCONT'),
    promote: () => pgCtl(dir, ['promote', '-w']),
    log,
    remove: async () => {
      if (isUp()) {
        const all = [pid(), ...childrenOf(pid())]
        signalAll('SIGCONT')
        trySignal(pid(), 'SIGQUIT')
        await ended(all)
      }
      rmSync(dir, {recursive: true, force: true})
    },
  }
}

function sessionOptions(host: string, port: number, database: string) {
  const ofServer = {host, port, database, user: 'postgres', password: () => ''}
  return {
    ...ofServer,
    ...{ssl: false as const, sslnegotiation: 'postgres' as const, client_encoding: 'UTF8', application_name: 'test'},
  }
}

async function pgCtl(dir: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<void> {
  await run(dir, [join(programs ?? '', 'pg_ctl'), '-D', join(dir, 'data'), '-s', ...args], env)
}

/**
 * Runs a program as the user of the server, with nothing of the caller's environment but the path. It alone gets `env`: the
 * library of a clock that is loaded into root's programs too leaves semaphores that only root may open.
 */
async function run(
  dir: string,
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const given = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const [file = '', ...args] = [...asServerUser, 'env', ...given, ...command]
  const {stdout} = await promisify(execFile)(file, args, {
    cwd: dir,
    env: {PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC'},
  })
  return stdout
}

async function runSql(dir: string, port: number, text: string, database: string): Promise<string> {
  const psql = [join(programs ?? '', 'psql'), '-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', '-h', dir, '-p', `${port}`]
  return (await run(dir, [...psql, '-U', 'postgres', '-d', database, '-c', text])).trimEnd()
}

function newestPrograms(root: string): string | undefined {
  if (!existsSync(root)) return undefined
  const versions = readdirSync(root).sort((one, other) => Number(other) - Number(one))
  const found = versions.find((version) => existsSync(join(root, version, 'bin/initdb')))
  return found && join(root, found, 'bin')
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent)
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(/\) \S (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1])
  } catch {
    return undefined
  }
}

function trySignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended meanwhile.
  }
}
