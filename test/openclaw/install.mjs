// Installs the OpenClaw that the tests of this folder speak to, with a Node that runs it, outside of the repository.
// 2026.5.28 is the last version whose state is a JSON file, which a test can wedge without touching a database.
import {spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

const packages = ['node@24', 'openclaw@2026.5.28']
const dir = process.env.GUARD_OPENCLAW_DIR ?? join(tmpdir(), 'guard-openclaw-2026.5.28')
const node = join(dir, 'node_modules/node/bin/node')
const openclaw = join(dir, 'node_modules/openclaw/openclaw.mjs')
const done = join(dir, 'installed')

if (!existsSync(done)) {
  mkdirSync(dir, {recursive: true})
  writeFileSync(join(dir, 'package.json'), '{"private": true}\n')
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...packages])
  // An npm that runs no install scripts leaves the package `node` without its program.
  if (!existsSync(node))
    run(
      process.execPath,
      [join(dir, 'node_modules/node/installArchSpecificPackage.js')],
      join(dir, 'node_modules/node'),
    )
  run(node, [openclaw, '--version'])
  writeFileSync(done, `${packages.join('\n')}\n`)
}

function run(file, args, cwd = dir) {
  const {status, error} = spawnSync(file, args, {cwd, stdio: ['ignore', 'inherit', 'inherit']})
  if (status !== 0) throw new Error(`${file} ${args.join(' ')}: ${error ?? `exit ${status}`}`)
}
