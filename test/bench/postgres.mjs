import {spawnSync} from 'node:child_process'
import {existsSync, mkdtempSync, readdirSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

/** A PostgreSQL of the bench alone, with the schema of guard, on loopback. */

const versions = '/usr/lib/postgresql'
const programs = existsSync(versions)
  ? readdirSync(versions)
      .sort((one, other) => Number(other) - Number(one))
      .map((version) => join(versions, version, 'bin'))
      .find((folder) => existsSync(join(folder, 'initdb')))
  : undefined

// PostgreSQL does not run as root.
const asServer =
  process.getuid() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : ['env']

/** @returns undefined where it is not installed */
export function startPostgres(schema) {
  if (!programs) return undefined
  const dir = mkdtempSync(join(tmpdir(), 'guard-bench-pg-'))
  if (process.getuid() === 0) spawnSync('chown', ['postgres', dir])
  const port = 20_000 + (process.pid % 20_000)
  const run = (name, ...args) => {
    const [file, ...before] = ['initdb', 'pg_ctl'].includes(name) ? asServer : ['env']
    const {status, stdout, stderr} = spawnSync(file, [...before, join(programs, name), ...args], {
      cwd: dir,
      encoding: 'utf8',
      // The server has its own files for what it prints, and would keep a pipe open.
      stdio: name === 'pg_ctl' ? 'ignore' : 'pipe',
    })
    if (status !== 0) throw new Error(`${name}: ${stderr}`)
    return stdout
  }
  const data = join(dir, 'data')
  run('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync')
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${dir}`
  run('pg_ctl', '-D', data, '-s', '-w', '-l', join(dir, 'log'), '-o', options, 'start')
  const at = ['-h', dir, '-p', `${port}`, '-U', 'postgres']
  const sql = (text) => run('psql', '-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', ...at, '-c', text)
  sql(schema)
  return {
    url: `postgres://guard@127.0.0.1:${port}/postgres`,
    sql,
    /** Average time of a file's statement in so many transactions of one client, ms. */
    latencyMs: (file, transactions) => {
      const out = run('pgbench', '-n', '-f', file, '-t', `${transactions}`, ...at, 'postgres')
      return Number(/latency average = ([\d.]+) ms/.exec(out)[1])
    },
    remove: () => {
      run('pg_ctl', '-D', data, '-s', '-m', 'immediate', 'stop')
      rmSync(dir, {recursive: true, force: true})
    },
  }
}
