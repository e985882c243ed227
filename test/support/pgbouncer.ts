import {existsSync, mkdtempSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {onTestFinished, vi} from 'vitest'
import {startDaemon} from './daemon.js'
import {answers, closedPort} from './http-receiver.js'
import {asServerUser, giveToServer, type Postgres, passwordOf, postgresObstacle} from './postgres.js'
import {removeFolder} from './remove-folder.js'

const pgbouncer = '/usr/sbin/pgbouncer'

/** Why no real PgBouncer can be started here; undefined if it can. */
export const pgbouncerObstacle = postgresObstacle ?? (existsSync(pgbouncer) ? undefined : 'PgBouncer is not installed')

/**
 * Starts a real PgBouncer in transaction mode before a server, for one test.
 * @param settings lines of its section `[pgbouncer]`, after those that are usual
 */
export async function startPgbouncer(server: Postgres, users: readonly string[], settings: readonly string[] = []) {
  const dir = mkdtempSync(join(tmpdir(), 'guard-pgb-'))
  onTestFinished(() => removeFolder(dir))
  giveToServer(dir)
  const port = await closedPort()
  const config = join(dir, 'pgbouncer.ini')
  writeFileSync(join(dir, 'users'), users.map((user) => `"${user}" "${passwordOf(user)}"\n`).join(''))
  writeFileSync(config, `${base(dir, port, server)}${settings.map((line) => `${line}\n`).join('')}`)
  giveToServer(join(dir, 'users'))
  giveToServer(config)
  const [file = '', ...args] = asServerUser
  startDaemon(file, ...args, pgbouncer, config)
  await vi.waitUntil(() => answers(port), {timeout: 20_000})
  const urlOf = (user: string, database = 'postgres') => {
    const direct = new URL(server.urlOf(user, database))
    direct.port = `${port}`
    return direct.href
  }
  return {port, urlOf}
}

const base = (dir: string, port: number, server: Postgres) => `[databases]
* = host=127.0.0.1 port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${dir}/users
pool_mode = transaction
`
