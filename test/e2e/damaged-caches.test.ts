import {execFileSync} from 'node:child_process'
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, test} from 'vitest'
import {createSandbox, filesIn, form, isRoot, type Sandbox} from '../support/sandbox.js'

/** `GUARD_TORTURE=long` damages every 512th byte, else some places of the file are tried. */
const isLong = process.env['GUARD_TORTURE'] === 'long'
const limitMs = isLong ? 1_800_000 : 240_000

const nobody = 65_534

/** Things of another kind in the place of a cache file. */
const strangers: readonly (readonly [string, (path: string) => void])[] = [
  ['a FIFO', (path) => execFileSync('mkfifo', [path])],
  ['a folder', (path) => mkdirSync(path)],
  [
    'a link',
    (path) => {
      writeFileSync(`${path}-target`, 'not a cache')
      symlinkSync(`${path}-target`, path)
    },
  ],
]

function damaged(whole: Buffer): readonly Buffer[] {
  const step = isLong ? 512 : Math.max(512, Math.ceil(whole.length / 4))
  const results: Buffer[] = []
  for (let at = 0; at < whole.length; at += step) {
    results.push(
      Buffer.from(whole).fill(0, at, Math.min(at + 64, whole.length)),
      Buffer.from(whole).fill('\x9d7{', at, Math.min(at + 5, whole.length)),
      Buffer.from(whole.subarray(0, at)),
    )
  }
  // Zeros in the place of zeros are no damage.
  return results.filter((content) => !content.equals(whole))
}

async function expectRightRun(box: Sandbox, env: Record<string, string>): Promise<void> {
  const ended = await box.guardWith({env}, 'run', 'job')
  expect(ended).toMatchObject({code: 7, stdout: 'as the settings say\n', stderr: ''})
}

/** A sandbox after a run that has cached something. */
async function cached(env: Record<string, string>) {
  const box = createSandbox()
  const command = '["sh", "-c", "echo as the settings say; exit 7"]'
  const file = box.write('.guardianrc.yaml', `jobs: {job: {command: ${command}}}\n`)
  const hourAgo = Date.now() / 1000 - 3600
  utimesSync(file, hourAgo, hourAgo)
  // The time of the last change cannot be set, and a file that is younger than 2.5 s is not cached.
  const folder = box.path('home/.cache/guard')
  mkdirSync(folder, {recursive: true, mode: 0o700})
  const settings = () => filesIn(folder).find((name) => name.startsWith('settings-'))
  for (const deadline = Date.now() + 60_000; !settings() && Date.now() < deadline; ) await expectRightRun(box, env)
  await expectRightRun(box, env)
  return {box, folder, settings: join(folder, settings() ?? 'missing')}
}

async function expectHealed(box: Sandbox, env: Record<string, string>, path: string, damage: Buffer): Promise<void> {
  await expectRightRun(box, env)
  expect(lstatSync(path).isFile()).toBe(true)
  expect(lstatSync(path).uid).toBe(process.getuid?.())
  expect(readFileSync(path).equals(damage)).toBe(false)
}

/** Tries all that may be in the place of a cache file. */
async function tryAll(box: Sandbox, env: Record<string, string>, path: string): Promise<void> {
  const whole = readFileSync(path)
  for (const content of damaged(whole)) {
    writeFileSync(path, content)
    await expectHealed(box, env, path, content)
  }
  for (const [, put] of strangers) {
    rmSync(path, {recursive: true})
    put(path)
    await expectHealed(box, env, path, Buffer.alloc(0))
    rmSync(`${path}-target`, {force: true})
  }
  if (!isRoot) return
  const foreign = Buffer.from(whole.toString('latin1').replace('as the settings say', 'as a stranger says!'), 'latin1')
  writeFileSync(path, foreign)
  chownSync(path, nobody, nobody)
  await expectHealed(box, env, path, Buffer.alloc(0))
}

test(
  'whatever is in the place of the cached settings, a run has the right ones and caches them anew',
  async () => {
    const {box, settings} = await cached({})
    await tryAll(box, {}, settings)
  },
  limitMs,
)

const node = join(process.env['GUARD_NODES_DIR'] ?? join(tmpdir(), 'guard-nodes'), 'node_modules/node-22/bin/node')
const why = existsSync(node) ? '' : ' (skipped: needs Node 22 by scripts/test-nodes.sh)'

if (form === 'node')
  describe.skipIf(!existsSync(node))(`the code that Node has compiled${why}`, () => {
    test(
      'whatever is in its place, a run ends with the code of its job and caches it anew',
      async () => {
        const env = {GUARD_NODE: node}
        const {box, folder} = await cached(env)
        // What a run loads whose settings are cached.
        rmSync(join(folder, 'node'), {recursive: true})
        await expectRightRun(box, env)
        const [version = 'missing'] = readdirSync(join(folder, 'node'))
        const files = filesIn(join(folder, 'node', version)).map((name) => join(folder, 'node', version, name))
        const bySize = files.sort((one, other) => lstatSync(other).size - lstatSync(one).size)
        for (const path of isLong ? bySize : bySize.slice(0, 1)) await tryAll(box, env, path)
      },
      limitMs,
    )
  })
