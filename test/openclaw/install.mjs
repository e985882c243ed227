// Installs the OpenClaw that the tests of this folder call, with a Node that runs it, outside of the repository.
// 2026.5.28 is the lightest; OPENCLAW_VERSION names another, of 2026.2 to 2026.9.
import {spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'

const version = process.env.OPENCLAW_VERSION ?? '2026.5.28'
const dir = process.env.GUARD_OPENCLAW_DIR ?? join(tmpdir(), `guard-openclaw-${version}`)
const node = join(dir, 'node_modules/node/bin/node')
const openclaw = join(dir, 'node_modules/openclaw/openclaw.mjs')
const done = join(dir, 'installed')
// A dependency of the versions up to 2026.2 is fetched from git, which a machine with nothing but a registry cannot.
const early = /^2026\.[12]\./.test(version)
const manifest = {private: true, ...(early && {overrides: {libsignal: '2.0.1', linkedom: '0.18.12'}})}

if (!existsSync(done)) {
  mkdirSync(dir, {recursive: true})
  writeFileSync(join(dir, 'package.json'), `${JSON.stringify(manifest)}\n`)
  install('node@24')
  // An npm that runs no install scripts leaves the package `node` without its program.
  if (!existsSync(node))
    run(
      process.execPath,
      [join(dir, 'node_modules/node/installArchSpecificPackage.js')],
      join(dir, 'node_modules/node'),
    )
  install(`openclaw@${version}`, ...(early ? ['--omit=optional', '--legacy-peer-deps'] : []))
  run(node, [openclaw, '--version'])
  writeFileSync(done, `node@24\nopenclaw@${version}\n`)
}

/** npm itself runs on the Node that is installed: OpenClaw's own install script refuses an older one. */
function install(...packages) {
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', ...packages])
}

function run(file, args, cwd = dir) {
  const env = {...process.env, PATH: `${dirname(node)}:${process.env.PATH}`}
  const {status, error} = spawnSync(file, args, {cwd, env, stdio: ['ignore', 'inherit', 'inherit']})
  if (status !== 0) throw new Error(`${file} ${args.join(' ')}: ${error ?? `exit ${status}`}`)
}
