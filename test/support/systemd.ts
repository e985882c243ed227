import {type ChildProcess, spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {basename, dirname, join} from 'node:path'
import {vi} from 'vitest'

const repository = join(import.meta.dirname, '../..')
const bootScript = join(import.meta.dirname, 'boot-systemd.sh')
const program = '/lib/systemd/systemd'

/** The changes of the mounts stay in a namespace of this call, and the process ends with the one that runs the tests. */
const isolate = ['--pdeathsig', 'KILL', 'unshare', '--mount', '--propagation', 'private', 'sh']

/** Why systemd cannot be run as PID 1 of its own namespaces on this machine. @returns undefined if it can */
export const systemdObstacle: string | undefined = obstacle()

function obstacle(): string | undefined {
  if (process.geteuid?.() !== 0) return 'skipped: needs root'
  if (![program, '/usr/bin/dbus-daemon'].every(existsSync)) return 'skipped: systemd or dbus is not installed'
  const dir = mkdtempSync(join(tmpdir(), 'guard-systemd-'))
  const {status, stderr} = spawnSync('setpriv', bootArgs(dir, 'true'), {encoding: 'utf8'})
  removeAll(dir)
  return status === 0 ? undefined : `skipped: systemd cannot run here as PID 1: ${stderr.trim().split('\n').at(-1)}`
}

function bootArgs(dir: string, ...argv: readonly string[]): string[] {
  return [...isolate, bootScript, dir, basename(dir), repository, tmpdir(), ...argv]
}

/** A systemd that runs as PID 1. Every test that boots one must stop it. */
export interface Systemd {
  /** What a command outside must begin with, to be run inside. */
  readonly enter: readonly [string, ...string[]]
  /** Where a file of the repository, or one below the folder for temporary files, is inside. */
  inside(path: string): string
  /** Runs a line of shell inside, as root unless `uid` says another. */
  sh(line: string, uid?: number): {readonly code: number | null; readonly stdout: string; readonly stderr: string}
  /** The properties of a unit. */
  show(unit: string): Readonly<Record<string, string>>
  /** Writes files, by their absolute paths inside. */
  write(files: Readonly<Record<string, string>>): void
  /** Writes units of the system. */
  install(units: Readonly<Record<string, string>>): void
  stop(): Promise<void>
}

/** Boots systemd without any service but its journal and D-Bus, which start when they are used. */
export async function bootSystemd(): Promise<Systemd> {
  const dir = mkdtempSync(join(tmpdir(), 'guard-systemd-'))
  const outer = spawn('setpriv', bootArgs(dir, program, '--unit=basic.target'), {stdio: 'ignore'})
  const pid = await vi.waitUntil(() => firstChild(outer.pid ?? 0), {timeout: 60_000})
  const enter = ['nsenter', `--target=${pid}`, '--mount', '--pid', '--cgroup', '--uts'] as const
  const sh: Systemd['sh'] = (line, uid = 0) => {
    const user = uid === 0 ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups']
    const clean = ['env', '-i', '-C', '/', 'PATH=/usr/bin:/bin', ...user, 'sh', '-c', line]
    const {status, stdout, stderr} = spawnSync(enter[0], [...enter.slice(1), ...clean], {encoding: 'utf8'})
    return {code: status, stdout, stderr}
  }
  const write: Systemd['write'] = (files) => {
    for (const [path, text] of Object.entries(files)) {
      const file = join(`/proc/${pid}/root`, path)
      mkdirSync(dirname(file), {recursive: true})
      writeFileSync(file, text)
    }
  }
  await vi.waitUntil(() => sh('systemctl is-system-running').stdout === 'running\n', {timeout: 60_000})
  return {
    enter,
    inside,
    sh,
    write,
    show: (unit) => propertiesOf(sh(`systemctl show ${unit}`).stdout),
    install: (units) => {
      write(Object.fromEntries(Object.entries(units).map(([name, text]) => [`/run/systemd/system/${name}`, text])))
      sh('systemctl daemon-reload')
    },
    stop: () => stop(outer, pid, dir),
  }
}

function inside(path: string): string {
  if (path.startsWith(`${tmpdir()}/`)) return `/mnt/tests${path.slice(tmpdir().length)}`
  return path.startsWith(`${repository}/`) ? `/mnt/guard${path.slice(repository.length)}` : path
}

function propertiesOf(shown: string): Readonly<Record<string, string>> {
  const lines = shown.split('\n').filter(Boolean)
  return Object.fromEntries(lines.map((line) => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)]))
}

/** PID 1 of the namespaces, as the machine numbers it, once it is systemd. */
function firstChild(pid: number): number | undefined {
  try {
    const child = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'))
    return readFileSync(`/proc/${child}/comm`, 'utf8') === 'systemd\n' ? child : undefined
  } catch {
    return undefined
  }
}

/** A namespace whose PID 1 is killed has no process left when its parent sees the end. */
async function stop(outer: ChildProcess, pid: number, dir: string): Promise<void> {
  const ended = once(outer, 'exit')
  process.kill(pid, 'SIGKILL')
  await ended
  removeAll(dir)
}

function removeAll(dir: string): void {
  const script = 'mount -t cgroup2 cgroup2 /sys/fs/cgroup && find "/sys/fs/cgroup/$1" -depth -type d -exec rmdir {} +'
  spawnSync('setpriv', [...isolate, '-c', script, 'sh', basename(dir)])
  rmSync(dir, {recursive: true, force: true})
}
