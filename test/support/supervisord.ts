import {type ChildProcess, spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {vi} from 'vitest'

export const hasSupervisord = spawnSync('supervisord', ['--version']).status === 0

export interface Supervisord {
  readonly config: string
  pidOf(program: string): number
  /** Ends its programs, then itself. Every test that starts it must call this. */
  stop(): Promise<void>
}

/** Starts a real supervisord for one test, with its socket and all its files in `dir`. */
export async function startSupervisord(dir: string, programs: Readonly<Record<string, string>>): Promise<Supervisord> {
  const config = join(dir, 's.conf')
  const sections = Object.entries(programs).map(([name, lines]) => `[program:${name}]\n${lines}\n`)
  writeFileSync(config, `${base(dir)}${sections.join('')}`)
  const daemon = spawn('supervisord', ['-c', config], {stdio: 'ignore'})
  await vi.waitUntil(() => existsSync(join(dir, 's.sock')), {timeout: 20_000})
  return {config, pidOf: (program) => lastPid(join(dir, 's.log'), program), stop: () => stopDaemon(daemon)}
}

async function stopDaemon(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return
  const ended = once(daemon, 'exit')
  daemon.kill('SIGTERM')
  await ended
}

function lastPid(log: string, program: string): number {
  const spawned = new RegExp(`spawned: '${program}' with pid (\\d+)`, 'g')
  const pid = [...readFileSync(log, 'utf8').matchAll(spawned)].at(-1)?.[1]
  if (pid === undefined) throw new Error(`supervisord has not started ${program}`)
  return Number(pid)
}

function base(dir: string): string {
  return `[unix_http_server]
file=${dir}/s.sock
[supervisord]
nodaemon=true
${process.getuid?.() === 0 ? 'user=root' : ''}
pidfile=${dir}/s.pid
logfile=${dir}/s.log
childlogdir=${dir}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://${dir}/s.sock
`
}
