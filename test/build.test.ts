import {readFileSync} from 'node:fs'
import {basename, join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {createSandbox, type Sandbox} from './support/sandbox.js'

const dist = join(import.meta.dirname, '../dist')

describe('the files that a start loads', () => {
  test.each([
    // What `require` itself compiles, without a code cache.
    ['guard.cjs', 2100],
    // Read and kept in memory with each run, though only what runs is taken from the code cache.
    ['run.cjs', 78_000],
    ['watchdog.cjs', 112_000],
  ])('%s has at most %i bytes of code', (file, most) => {
    expect(readFileSync(join(dist, file), 'utf8').trimEnd().length).toBeLessThanOrEqual(most)
  })

  test.each(['run.cjs', 'watchdog.cjs'])(
    '%s has a place of its own in memory, where no run has to collect it',
    (file) => {
      expect(readFileSync(join(dist, file)).length).toBeGreaterThan(128 * 1024)
    },
  )

  test.each([
    // Hands on what run.cjs requires.
    ['guard.cjs', 1],
    ['run.cjs', 0],
    ['watchdog.cjs', 0],
  ])('%s requires nothing but modules of Node and its own lazy parts, but for %i that it is told', (file, told) => {
    const text = readFileSync(join(dist, file), 'utf8')
    const required = Array.from(text.matchAll(/\brequire\((.*?)\)/g), ([, name]) => name ?? '')
    const named = required.flatMap((name) => /^["'`](.*)["'`]$/.exec(name)?.[1] ?? [])
    expect(named.length).toBeGreaterThan(1)
    expect(named.filter((name) => !/^node:|^\.\/(guard|run|watchdog)-[\w-]+\.cjs$/.test(name))).toEqual([])
    expect(required.length - named.length).toBe(told)
  })

  test.each(['run.cjs', 'run-collect-evidence.cjs', 'watchdog.cjs', 'cli.cjs', 'commands.cjs'])(
    '%s is ASCII, which the code cache takes for granted',
    (file) => {
      expect(readFileSync(join(dist, file)).every((byte) => byte < 0x80)).toBe(true)
    },
  )
})

describe('guard run -- true', () => {
  test('loads the two start files and nothing else', async () => {
    const sandbox = createSandbox()
    await loadedBy(sandbox, 'run', '--', 'true')
    await loadedBy(sandbox, 'run', '--', 'true')
    expect(await loadedBy(sandbox, 'run', '--', 'true')).toEqual(['guard.cjs'])
  })

  test('loads no more with settings that it has checked before', async () => {
    const sandbox = createSandbox()
    sandbox.write('.guardianrc.yaml', 'jobs: {good: {command: ["true"], timeout: 5m}}\n')
    const first = await loadedBy(sandbox, 'run', 'good')
    expect(first).toContain('run-load.cjs')
    // A file that was written a moment ago may change once more unseen: it is kept when it is 2.5 s old.
    const loaded = () => loadedBy(sandbox, 'run', 'good')
    await expect.poll(loaded, {timeout: 20_000, interval: 500}).toEqual(['guard.cjs'])
  })

  test('says nothing of its own where Node would warn of what it uses', async () => {
    const sandbox = createSandbox()
    const warned = {env: {NODE_PENDING_DEPRECATION: '1'}}
    const {code, stderr} = await sandbox.guardWith(warned, 'run', '--', 'true')
    expect({code, stderr}).toEqual({code: 0, stderr: ''})
  })

  test('has its code from the cache from the third time on', async () => {
    const sandbox = createSandbox()
    const isCacheWritten = async () =>
      (await loadedBy(sandbox, 'run', '--', 'true')).includes('guard-write-code-cache.cjs')
    expect([await isCacheWritten(), await isCacheWritten(), await isCacheWritten()]).toEqual([true, true, false])
  })
})

test('what a job leaves is read by code from the cache from the third time on', async () => {
  const sandbox = createSandbox()
  const loaded = () => loadedBy(sandbox, 'run', '--', 'sh', '-c', 'echo "{}" > "$GUARD_RESULT_FILE"')
  expect(await loaded()).toContain('guard-write-code-cache.cjs')
  await loaded()
  expect(await loaded()).toEqual(['guard.cjs'])
})

describe('a command', () => {
  test.each(['--version', 'run --help', 'history nobody', 'lease list'])(
    'guard %s has all its code from the cache from the third time on, whatever ran between',
    async (line) => {
      const sandbox = createSandbox()
      // The wsl-utils that oclif asks for is empty.
      const loaded = async () =>
        (await loadedBy(sandbox, ...line.split(' '))).filter((file) => !file.includes('wsl-utils'))
      await loaded()
      await loaded()
      for (const other of ['--help', 'health']) for (let n = 0; n < 2; n += 1) await sandbox.guard(other)
      expect(await loaded()).toEqual(['guard.cjs'])
    },
  )

  test.each(['--help', 'run --help', 'lease --help', 'lease acquire --help'])(
    'guard %s has no template left in it',
    async (line) => {
      const {code, stdout} = await createSandbox().guard(...line.split(' '))
      expect(code).toBe(0)
      expect(stdout).toContain('guard ')
      expect(stdout).not.toContain('<%')
    },
  )
})

/** The built files that a command has required when it ends well; `run.cjs` is loaded in another way. */
async function loadedBy(sandbox: Sandbox, ...args: string[]): Promise<string[]> {
  const list = sandbox.path('loaded')
  const hook = sandbox.write(
    'hook.cjs',
    `const {prototype} = require('node:module')
const {_compile} = prototype
const files = []
prototype._compile = function (text, file) {
  files.push(file)
  return _compile.call(this, text, file)
}
process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(list)}, files.join('\\n')))
`,
  )
  const {code} = await sandbox.guardWith({cwd: sandbox.dir, env: {NODE_OPTIONS: `--require=${hook}`}}, ...args)
  expect(code).toBe(0)
  const files = readFileSync(list, 'utf8').split('\n')
  return files.filter((file) => file.startsWith(`${dist}/`)).map((file) => basename(file))
}
