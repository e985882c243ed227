import {existsSync, mkdirSync} from 'node:fs'
import {expect, test} from 'vitest'
import {createSandbox, form, guardBin, type Sandbox} from '../support/sandbox.js'

/** Whatever lies in the working directory or stands in the environment for bun or Node, guard itself does not heed it. */

const lines = ['--version', '--help', 'lease list', 'config check', 'run --job j -- echo done', 'watchdog --dry-run']

async function outputs(box: Sandbox, env: Record<string, string> = {}) {
  const seen: object[] = []
  for (const line of lines) {
    const {stdout, ...rest} = await box.guardWith({env}, ...line.split(' '))
    seen.push({...rest, stdout: stdout.replaceAll(box.dir, '<dir>')})
  }
  return seen
}

test('no file in the working directory changes what guard does', async () => {
  const clean = await outputs(createSandbox())
  const box = createSandbox()
  const marker = box.path('loaded')
  const code = `require('node:fs').appendFileSync(${JSON.stringify(marker)}, __filename + '\\n')\n`
  const preload = box.write('preload.cjs', code)
  box.write('.env', 'GUARD_STATE_DIR=/nowhere\nGUARD_CONFIG=/nowhere\nFROM_DOTENV=1\nNO_COLOR=\n')
  box.write('.env.production', 'GUARD_STATE_DIR=/nowhere\n')
  box.write('bunfig.toml', `preload = [${JSON.stringify(preload)}]\n[run]\nbun = true\n`)
  box.write(
    'package.json',
    '{"name": "other", "type": "module", "imports": {"#x": "./x.js"}, "oclif": {"bin": "other"}}',
  )
  box.write('tsconfig.json', '{"compilerOptions": {"baseUrl": ".", "paths": {"*": ["./node_modules/*"]}}}')
  box.write('.oclifrc.json', '{"bin": "other"}')
  for (const name of [
    'typescript',
    'pnpapi',
    '@oclif/core',
    'execa',
    'zod',
    'chalk',
    'cosmiconfig',
    'yaml',
    'ts-node',
  ]) {
    mkdirSync(box.path(`node_modules/${name}`), {recursive: true})
    box.write(`node_modules/${name}/index.js`, code)
    box.write(`node_modules/${name}/package.json`, `{"name": "${name}", "main": "index.js"}`)
  }
  expect(await outputs(box)).toEqual(clean)
  expect(existsSync(marker)).toBe(false)
  expect((await box.guard('run', '--', 'env')).stdout).not.toContain('FROM_DOTENV')
})

test('no variable for bun or Node changes what guard does, and its jobs get each as it was', async () => {
  const clean = await outputs(createSandbox())
  const box = createSandbox()
  const preload = box.write(
    'preload.cjs',
    `require('node:fs').writeFileSync(${JSON.stringify(box.path('loaded'))}, '')\n`,
  )
  const variables = {
    BUN_BE_BUN: '1',
    BUN_OPTIONS: `--preload=${preload}`,
    BUN_INSPECT: 'ws://localhost:0/x?break=1',
    BUN_JSC_dumpOptions: '1',
    BUN_CONFIG_VERBOSE_FETCH: 'curl',
    JSC_dumpOptions: '2',
    NODE_OPTIONS: `--require=${preload} --no-such-option`,
    NODE_EXTRA_CA_CERTS: '/nowhere',
    NODE_PATH: box.path('node_modules'),
    NODE_ENV: 'development',
    NODE_V8_COVERAGE: box.path('coverage'),
    NODE_REDIRECT_WARNINGS: box.path('warnings'),
    NODE_COMPILE_CACHE: box.path('compiled'),
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
    NODE_EMPTY: '',
    NODE_LINES: 'one\nexport BUN_FAKE=\'two\'\n"three" $HOME `x` \\',
  }
  expect(await outputs(box, variables)).toEqual(clean)
  for (const name of ['loaded', 'coverage', 'warnings', 'compiled']) expect(existsSync(box.path(name))).toBe(false)
  const {stdout} = await box.guardWith({env: variables}, 'run', '--', 'cat', '/proc/self/environ')
  const pairs = stdout.split('\0').filter(Boolean)
  const seen = Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  )
  const own = [
    'ATTEMPT',
    'BIN',
    'JOB',
    'LEASE_TOKEN',
    'RESULT_FILE',
    'RUN_ID',
    'STATE_DIR',
    ...(form === 'node' ? ['NODE'] : []),
  ]
  // The shell of the launcher sets PWD.
  const {PWD: _, ...rest} = seen
  const handedOn = Object.entries(rest).filter(([name]) => !name.startsWith('GUARD_'))
  const {GUARD_NODE: _node, GUARD_STATE_DIR: _state, ...given} = {...box.env(), ...variables} as Record<string, string>
  expect(Object.fromEntries(handedOn)).toEqual(given)
  expect(
    Object.keys(seen)
      .filter((name) => name.startsWith('GUARD_'))
      .sort(),
  ).toEqual(own.map((name) => `GUARD_${name}`).sort())
})

test('a job starts guard by the name that GUARD_BIN gives, without any path', async () => {
  const box = createSandbox()
  const {code, stdout} = await box.guard(
    'run',
    '--job',
    'outer',
    '--',
    '/bin/sh',
    '-c',
    'unset PATH; "$GUARD_BIN" run --job inner -- /bin/echo "$GUARD_BIN"',
  )
  expect({code, stdout}).toEqual({code: 0, stdout: `${guardBin}\n`})
})

test('the launcher is found through links, relative ones and a name without a folder too', async () => {
  const box = createSandbox()
  const line = `mkdir a b; ln -s '${guardBin}' a/one; ln -s ../a/one b/two; cd b; ./two --version; PATH=.:$PATH; two --version; sh two --version`
  const {stdout, stderr} = await box.sh(line)
  expect(stderr).toBe('')
  expect(stdout.trim().split('\n')).toHaveLength(3)
})
