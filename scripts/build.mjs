// Builds dist/: guard.cjs (the program, with lazy chunks beside it) and index.mjs (the library).
import {readFileSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import fastGlob from 'fast-glob'
import {rolldown} from 'rolldown'
import {makeDashboard} from './dashboard.mjs'
import {makeManifest} from './manifest.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const dist = process.env.GUARD_DIST ?? join(root, 'dist')
const {name, version, oclif} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const commandTable = fastGlob
  .sync('**/*.ts', {cwd: join(root, 'commands')})
  .sort()
  .map((file) => ({id: file.replace(/\.ts$/, '').replaceAll('/', ':'), path: join(root, 'commands', file)}))

/** Serves modules that exist only in the build. */
function virtual(modules) {
  return {
    name: 'virtual',
    resolveId: (id) => (id in modules ? `\0${id}` : undefined),
    load: (id) => (id.startsWith('\0virtual:') ? modules[id.slice(1)] : undefined),
  }
}

const shared = {
  platform: 'node',
  // oclif asks for these where it finds the sources of a plugin, which guard does not have.
  external: [/^node:/, 'typescript', 'pnpapi'],
  resolve: {extensionAlias: {'.js': ['.ts', '.js']}},
  transform: {
    target: 'node20',
    define: {__GUARD_VERSION__: JSON.stringify(version), __GUARD_PJSON__: JSON.stringify({name, version, oclif})},
  },
  logLevel: 'warn',
  // What one command loads at once another may load late.
  checks: {ineffectiveDynamicImport: false, pluginTimings: false},
}

async function bundle(input, format, plugins = []) {
  const extension = format === 'cjs' ? 'cjs' : 'mjs'
  const build = await rolldown({...shared, input, plugins})
  await build.write({
    dir: dist,
    format,
    minify: !process.env.GUARD_READABLE,
    entryFileNames: `[name].${extension}`,
    chunkFileNames: `${Object.keys(input)[0]}-[name].${extension}`,
    exports: 'auto',
    // One file for all that a plain run needs: two dozen small ones would take 10 ms more.
    codeSplitting: {
      groups: [
        // All that comes before Node keeps compiled code, so that it keeps that of a run.
        {name: 'start', test: /src\/cli\/start\/entry\.ts$/, priority: 1},
        {name: 'run', test: /commands\/run\.ts$|start\/start-plainly\.ts$/},
        // Of its own, so that it is seen who loads it.
        {name: 'postgres', test: /node_modules\/pg\//},
      ],
    },
  })
  await build.close()
}

rmSync(dist, {recursive: true, force: true})
const dashboard = await makeDashboard()
const manifest = await makeManifest({shared, commandTable, virtual, pjson: {name, version, oclif}})
const loaders = commandTable.map(({id, path}) => `${JSON.stringify(id)}: () => import(${JSON.stringify(path)})`)
const commands = virtual({
  'virtual:commands': `export const loaders = {${loaders.join(',')}}`,
  'virtual:manifest': `export const manifest = ${JSON.stringify(manifest)}`,
  'virtual:dashboard': `export const page = ${JSON.stringify(dashboard)}`,
})
await bundle({guard: join(root, 'src/cli/start/entry.ts')}, 'cjs', [commands])
await bundle({index: join(root, 'src/index.ts')}, 'esm')
writeFileSync(join(dist, 'dashboard.html'), dashboard.html)
writeFileSync(join(dist, 'manifest.json'), JSON.stringify(manifest))
writeFileSync(join(dist, 'package.json'), '{"type":"commonjs"}\n')
