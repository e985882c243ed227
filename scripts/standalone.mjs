// Builds dist/standalone/: guard (the launcher) and guard.bin, dist/guard.cjs compiled with bun inside it.
import {spawnSync} from 'node:child_process'
import {copyFileSync, mkdirSync, readFileSync, rmSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import fastGlob from 'fast-glob'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const {devDependencies} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** bun's package puts its executable in place as it is installed; with npm's `ignore-scripts` it stays in its own. */
function findBun() {
  const places = ['node_modules/bun/bin/bun.exe', 'node_modules/@oven/bun-*/bin/bun']
  return fastGlob.sync(places, {cwd: root, absolute: true}).find((file) => versionOf(file) === devDependencies.bun)
}

function versionOf(file) {
  return spawnSync(file, ['--version'], {encoding: 'utf8'}).stdout?.trim()
}

const bun = findBun()
if (!bun) {
  process.stderr.write(`bun ${devDependencies.bun} does not run on this machine; install it anew: npm ci\n`)
  process.exit(1)
}
const folder = join(root, 'dist/standalone')
rmSync(folder, {recursive: true, force: true})
mkdirSync(folder)
const args = [
  ['build', '--compile', '--bytecode'],
  // Files in the working directory must not change what the program does: a preload in bunfig.toml is code.
  ['dotenv', 'bunfig', 'tsconfig', 'package-json'].map((what) => `--no-compile-autoload-${what}`),
  // undici is for Node alone: bun's own fetch takes a proxy and certificates.
  ['typescript', 'pnpapi', '*guard-undici.cjs'].flatMap((name) => ['--external', name]),
  [join(root, 'dist/guard.cjs'), '--outfile', join(folder, 'guard.bin')],
].flat()
const {status} = spawnSync(bun, args, {cwd: root, stdio: ['ignore', 'ignore', 'inherit']})
if (status !== 0) process.exit(status ?? 1)
copyFileSync(join(root, 'bin/guard'), join(folder, 'guard'))
