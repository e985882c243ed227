import {execFileSync} from 'node:child_process'
import {readdirSync, readFileSync} from 'node:fs'
import {basename, join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {createSandbox, type Sandbox} from './support/sandbox.js'

/** What Node loads of the built files. */

const dist = join(import.meta.dirname, '../dist')

describe('the files that a start loads', () => {
  test.each([
    // What Node compiles at each start, before it has a cache.
    ['guard.cjs', 18_000],
    ['guard-run.cjs', 136_500],
  ])('%s has at most %i bytes of code', (file, most) => {
    expect(readFileSync(join(dist, file)).length).toBeLessThanOrEqual(most)
  })

  // Each other module of the runtime that all starts load takes some of their time; node:child_process most in bun.
  test.each([
    ['guard.cjs', ['node:fs', 'node:path']],
    ['guard-run.cjs', ['node:fs', 'node:path']],
  ])('%s requires nothing but %j and its own parts', (file, modules) => {
    const text = readFileSync(join(dist, file), 'utf8')
    const required = Array.from(text.matchAll(/\brequire\(["'`](.*?)["'`]\)/g), ([, name]) => name ?? '')
    expect(required.length).toBeGreaterThan(1)
    const foreign = required.filter((name) => !/^\.\/guard(-[\w-]+)?\.cjs$/.test(name))
    expect([...new Set(foreign)].sort()).toEqual(modules)
  })
})

test('before Node keeps compiled code, nothing is loaded that a run needs, so that its code is kept', () => {
  const text = readFileSync(join(dist, 'guard.cjs'), 'utf8')
  const atOnce = Array.from(text.matchAll(/(\.then\(\(\)=>)?require\("\.\/(.*?)"\)/g)).filter(([, isLate]) => !isLate)
  expect(atOnce.map(([, , part]) => part)).toEqual(['guard-rolldown-runtime.cjs'])
})

describe('guard run', () => {
  const plain = ['guard-rolldown-runtime.cjs', 'guard-run.cjs', 'guard.cjs']

  test('loads what a plain run needs and nothing else', () => {
    expect(loadedBy(createSandbox(), 'run', '--', 'true')).toEqual(plain)
  })

  test('loads no more with settings that it has checked before', async () => {
    const sandbox = createSandbox()
    sandbox.write('.guardianrc.yaml', 'jobs: {good: {command: ["true"], killAfter: 5s}}\n')
    expect(loadedBy(sandbox, 'run', 'good')).toContain('guard-load.cjs')
    // A file that was written a moment ago may change once more unseen: it is kept when it is 2.5 s old.
    await expect.poll(() => loadedBy(sandbox, 'run', 'good'), {timeout: 20_000, interval: 500}).toEqual(plain)
  })

  test('with a time limit loads what finds all processes of the job', () => {
    const loaded = loadedBy(createSandbox(), 'run', '--timeout', '5m', '--', 'true')
    expect(loaded).toEqual(['guard-job-cgroup.cjs', ...plain])
  })

  test('does without the client of PostgreSQL, which only those load that ask the store of a fleet', () => {
    const sandbox = createSandbox()
    sandbox.write('.guardianrc.yaml', 'fleet: {postgres: {env: FLEET_URL}}\njobs: {good: {command: ["true"]}}\n')
    for (const args of [
      ['run', 'good'],
      ['lease', 'acquire', 'good', '--ttl', '1m'],
      ['lease', 'list'],
    ])
      expect(loadedBy(sandbox, ...args)).not.toContain('guard-postgres.cjs')
    const parts = readdirSync(dist).filter((file) => file.endsWith('.cjs'))
    const holders = parts.filter((file) => readFileSync(join(dist, file), 'utf8').includes('SCRAM-SHA-256'))
    expect(holders).toEqual(['guard-postgres.cjs'])
  })

  test('uses nothing of which Node warns', () => {
    const {dir, env} = createSandbox()
    const argv = ['--pending-deprecation', '--throw-deprecation', join(dist, 'guard.cjs'), 'run', '--', 'true']
    expect(execFileSync(process.execPath, argv, {cwd: dir, env: env(), encoding: 'utf8'})).toBe('')
  })
})

/** The built files that a command has required when it ends well. */
function loadedBy(sandbox: Sandbox, ...args: string[]): string[] {
  const list = sandbox.path('loaded')
  const note = `process.on('exit', () => require('node:fs').writeFileSync('${list}', Object.keys(require.cache).join('\\n')))`
  const hook = sandbox.write('hook.cjs', `${note}\n`)
  const argv = ['--require', hook, join(dist, 'guard.cjs'), ...args]
  execFileSync(process.execPath, argv, {cwd: sandbox.dir, env: sandbox.env()})
  const files = readFileSync(list, 'utf8').split('\n')
  return (
    files
      .filter((file) => file.startsWith(`${dist}/`))
      .map((file) => basename(file))
      // A test beside this one may have mounted a file system that is behind a server.
      .filter((file) => file !== 'guard-ask-mount.cjs')
      .sort()
  )
}
