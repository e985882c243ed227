import {execFile} from 'node:child_process'
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {promisify} from 'node:util'
import fastGlob from 'fast-glob'
import {expect, test} from 'vitest'
import {tempDir} from './support/temp-dir.js'

/** The package of npm, packed and installed into an empty folder. */

const root = join(import.meta.dirname, '..')
const run = promisify(execFile)

const offline = ['--offline', '--no-audit', '--no-fund']

async function pack(): Promise<{readonly folder: string; readonly filename: string}> {
  const folder = tempDir()
  const packed = await run('npm', ['pack', '--json', '--silent', '--pack-destination', folder], {cwd: root})
  const [{filename}] = JSON.parse(packed.stdout.slice(packed.stdout.indexOf('['))) as [{filename: string}]
  return {folder, filename}
}

async function install(): Promise<string> {
  const {folder, filename} = await pack()
  writeFileSync(join(folder, 'package.json'), '{"private": true, "type": "module"}')
  await run('npm', ['install', ...offline, `./${filename}`], {cwd: folder})
  return folder
}

test('an installation for all has a man page in which groff finds no fault', async () => {
  const {folder, filename} = await pack()
  await run('npm', ['install', '--global', '--prefix', 'usr', ...offline, `./${filename}`], {cwd: folder})
  const env = {PATH: process.env['PATH'], MANWIDTH: '80', LC_ALL: 'C.UTF-8'}
  const page = await run('man', ['--warnings', '-l', join(folder, 'usr/share/man/man1/guard.1')], {env})
  expect(page.stderr).toBe('')
  for (const words of ['guard run', 'guard crontab install', '--timeout=D', 'EXIT STATUS'])
    expect(page.stdout).toContain(words)
}, 900_000)

test('the package has what runs and what its pages link, and no internal types', async () => {
  const folder = await install()
  const installed = join(folder, 'node_modules/guardian')
  const files = fastGlob.sync('**', {cwd: installed, dot: true})
  expect(files).toEqual(expect.arrayContaining(['ARCHITECTURE.md', 'README.md', 'docs/journal.md', 'dist/guard.cjs']))
  expect(files.filter((file) => file.endsWith('.ts'))).toEqual(['dist/types/index.d.ts'])
  expect(files.filter((file) => /^(?:src|test|scripts|commands|node_modules)\//.test(file))).toEqual([])
  const pages = files.filter((file) => file.endsWith('.md'))
  expect(pages.flatMap((page) => brokenLinks(installed, page))).toEqual([])

  const env = {PATH: process.env['PATH'], HOME: folder, GUARD_STATE_DIR: join(folder, 'state')}
  const guard = join(folder, 'node_modules/.bin/guard')
  expect((await run(guard, ['run', '--job', 'j', '--', 'echo', 'hello'], {env})).stdout).toBe('hello\n')
  const demo = await run('sh', [join(installed, 'examples/stock-bot/demo.sh')], {env: {...env, TMPDIR: folder}})
  expect(demo.stdout).toContain('The settings are checked as a whole')

  writeFileSync(join(folder, 'use.ts'), program)
  const options = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', 'false', '--module', 'nodenext']
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types'), '--lib', 'es2023']
  await run(join(root, 'node_modules/.bin/tsc'), [...options, ...types, 'use.ts'], {cwd: folder})
  writeFileSync(
    join(folder, 'use.mjs'),
    "import {GuardError} from 'guardian'; console.log(new GuardError('io', 'x').kind)",
  )
  expect((await run(process.execPath, ['use.mjs'], {cwd: folder})).stdout).toBe('io\n')
}, 900_000)

/** A wrong kind is refused, so the types are the real ones. */
const program = `
import {type BreakerPolicy, CircuitBreaker, classifyError, type ErrorKind, GuardError, type Permit, retryWithPolicy} from 'guardian'
const policy: Partial<BreakerPolicy> = {openForMs: 1000}
const breaker = new CircuitBreaker({target: 'api', policy})
const permit: Permit = breaker.allow()
const kind: ErrorKind = new GuardError('io', 'x').kind
export const answer: Promise<number> = retryWithPolicy(async ({attempt}) => attempt, {breaker, timeoutMs: 1000})
export const found: string | undefined = classifyError(kind).failure?.class ?? (permit.allowed ? undefined : permit.reason)
// @ts-expect-error
new GuardError('no such kind', 'x')
`

function brokenLinks(folder: string, page: string): string[] {
  const text = readFileSync(join(folder, page), 'utf8')
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link]) => link ?? '')
  return links.filter((link) => !existsSync(join(folder, dirname(page), link))).map((link) => `${page}: ${link}`)
}
