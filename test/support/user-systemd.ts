import {type ChildProcess, spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {vi} from 'vitest'

const program = '/lib/systemd/systemd'

/** A real user manager needs systemd installed and, on a machine that systemd did not boot, a mount namespace. */
export const canRunSystemd =
  existsSync(program) && process.geteuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0

/** Pretends in a mount namespace that systemd has booted the machine, because it refuses to run otherwise. */
const script = `
set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system
mount -t tmpfs tmpfs /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
exec ${program} --user --unit=basic.target
`

export interface UserSystemd {
  /** The environment in which `systemctl --user` finds the manager. */
  readonly env: Readonly<Record<string, string>>
  stop(): Promise<void>
}

/** Starts a real systemd as user manager, with all its files in `dir`. Every test that starts it must stop it. */
export async function startUserSystemd(dir: string, units: Readonly<Record<string, string>>): Promise<UserSystemd> {
  const env = {XDG_RUNTIME_DIR: join(dir, 'run'), HOME: join(dir, 'home')}
  const unitDir = join(env.HOME, '.config/systemd/user')
  mkdirSync(unitDir, {recursive: true})
  mkdirSync(env.XDG_RUNTIME_DIR, {mode: 0o700})
  for (const [name, lines] of Object.entries(units)) writeFileSync(join(unitDir, name), `[Service]\n${lines}\n`)

  const manager = spawn('unshare', ['--mount', 'sh', '-c', script], {env: {...process.env, ...env}, stdio: 'ignore'})
  const isReady = () => existsSync(join(env.XDG_RUNTIME_DIR, 'systemd/private'))
  await vi.waitUntil(isReady, {timeout: 20_000})
  return {env, stop: () => stopManager(manager)}
}

async function stopManager(manager: ChildProcess): Promise<void> {
  if (manager.exitCode !== null || manager.signalCode !== null) return
  const ended = once(manager, 'exit')
  manager.kill('SIGTERM')
  await ended
}
