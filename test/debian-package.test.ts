import {execFileSync, spawnSync} from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from 'vitest'

/**
 * The Debian package, installed by dpkg below a root of its own, and used as if it were the machine's: in a mount
 * namespace that shows its /usr over the machine's.
 */

const root = join(import.meta.dirname, '..')
const packages = join(root, 'dist/packages')
const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
const missing = ['dpkg-deb', 'lintian', 'man', 'systemd-analyze', 'unshare'].find((program) => !has(program))
const reason = process.getuid?.() === 0 ? missing : 'root'

function build(version: string): string {
  const args = ['scripts/package.mjs', '--version', version, '--compression', 'gzip-1']
  execFileSync(process.execPath, args, {cwd: root, stdio: 'ignore'})
  return join(packages, `guardian_${version}_amd64.deb`)
}

describe.skipIf(reason !== undefined)(`the Debian package${reason ? ` (skipped: needs ${reason})` : ''}`, () => {
  const place = mkdtempSync(join(tmpdir(), 'guard-package-'))
  let [first, second] = ['', '']

  beforeAll(() => {
    first = build('0.1.0')
    second = build('0.1.1')
    const admin = join(place, 'var/lib/dpkg')
    for (const folder of ['info', 'updates', 'triggers']) mkdirSync(join(admin, folder), {recursive: true})
    cpSync('/var/lib/dpkg/status', join(admin, 'status'))
  }, 480_000)
  afterAll(() => {
    // The folder stays: npm, which packs the repository meanwhile, may have just listed it.
    const built = existsSync(packages) ? readdirSync(packages).map((name) => join(packages, name)) : []
    for (const path of [place, ...built]) rmSync(path, {recursive: true, force: true})
  })

  const dpkg = (...args: string[]) =>
    execFileSync('dpkg', [`--root=${place}`, '--force-confdef', '--force-confold', ...args], {
      stdio: 'pipe',
      // dpkg refuses to work without ldconfig, which stands where cron's PATH does not look.
      env: {...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin`},
    })

  /** A line of shell on a machine on which the package is installed. */
  const onMachine = (line: string) => {
    const mounts = `mount -t overlay overlay -o lowerdir=${place}/usr:/usr /usr`
    const script = `${mounts} && exec env -i PATH=/usr/bin:/bin HOME=${place} sh -c "$1"`
    return spawnSync('unshare', ['--mount', 'sh', '-c', script, 'sh', line], {encoding: 'utf8', cwd: place})
  }

  test('is clean for lintian', () => {
    const lintian = spawnSync('lintian', ['--allow-root', '--fail-on=error,warning', first], {encoding: 'utf8'})
    expect(lintian).toMatchObject({stdout: '', status: 0})
  }, 480_000)

  test('installs the program, its man page and its example, and enables nothing', () => {
    dpkg('-i', first)
    expect(onMachine('guard --version').stdout).toMatch(/^guardian\/\d/)
    const used = onMachine('guard run --job nightly -- echo done && guard history nightly')
    expect(used.stdout).toMatch(/^done\n.* {2}healthy {2}/)
    expect(onMachine('man -w guard').stdout).toBe('/usr/share/man/man1/guard.1.gz\n')
    expect(readFileSync(join(place, 'etc/guardian/guardianrc.example'), 'utf8')).toContain('jobs:')
    expect(existsSync(join(place, 'etc/systemd'))).toBe(false)
  }, 240_000)

  test('has a man page in which groff finds no fault, with every command', () => {
    const {stdout, stderr} = spawnSync('man', ['--warnings', '-l', join(place, 'usr/share/man/man1/guard.1.gz')], {
      encoding: 'utf8',
      env: {PATH: '/usr/bin:/bin', MANWIDTH: '80', LC_ALL: 'C.UTF-8'},
    })
    expect(stderr).toBe('')
    for (const words of ['guard run', 'guard lease acquire', 'guard watchdog', '--timeout=D', 'EXIT STATUS'])
      expect(stdout).toContain(words)
  }, 240_000)

  test.each([
    ['wat', 1, 'watchdog'],
    ['lease acq', 2, 'acquire'],
    ['run --kill', 2, '--kill-after'],
    ['run --overlap ca', 3, 'cancel-other'],
  ])('completes guard %s', (typed, at, completed) => {
    const words = ['guard', ...typed.split(' ')].map((word) => `'${word}'`).join(' ')
    const script = `. ${place}/usr/share/bash-completion/completions/guard
COMP_WORDS=(${words}); COMP_CWORD=${at}; _guard; echo "\${COMPREPLY[*]}"`
    expect(spawnSync('bash', ['-c', script], {encoding: 'utf8'})).toMatchObject({stdout: `${completed}\n`, stderr: ''})
  })

  test('has units that systemd accepts', () => {
    const units = ['watchdog', 'reset-daemon'].flatMap((name) => [`guard-${name}.service`, `guard-${name}.timer`])
    const paths = units.map((unit) => join(place, 'lib/systemd/system', unit))
    const {stdout} = onMachine(`systemd-analyze verify --man=no ${paths.join(' ')} 2>&1; echo "exit $?"`)
    expect(stdout.split('\n').filter((line) => line.includes('guard') || line.startsWith('exit'))).toEqual(['exit 0'])
  }, 240_000)

  test('keeps a changed example and the state through an upgrade and a removal; a purge leaves the state', () => {
    const example = join(place, 'etc/guardian/guardianrc.example')
    writeFileSync(example, '# mine\n')
    dpkg('-i', second)
    expect(readFileSync(example, 'utf8')).toBe('# mine\n')
    expect(onMachine('guard history nightly').stdout).toContain('healthy')
    dpkg('-r', 'guardian')
    expect(existsSync(join(place, 'usr/bin/guard'))).toBe(false)
    expect(existsSync(example)).toBe(true)
    dpkg('-P', 'guardian')
    expect(existsSync(example)).toBe(false)
    expect(existsSync(join(place, '.local/state/guard/runs.jsonl'))).toBe(true)
  }, 240_000)

  test('comes with a plain tarball, whose program runs where it is unpacked', () => {
    execFileSync('tar', ['-C', place, '-xf', join(packages, 'guardian-0.1.0-linux-x64.tar.gz')])
    const program = join(place, 'guardian-0.1.0-linux-x64/guard')
    expect(statSync(`${program}.bin`).size).toBeLessThan(120 * 1024 ** 2)
    const options = {encoding: 'utf8', cwd: place, env: {PATH: '/usr/bin:/bin', HOME: place}} as const
    expect(spawnSync(program, ['run', '--', 'echo', 'done'], options).stdout).toBe('done\n')
  }, 240_000)
})
