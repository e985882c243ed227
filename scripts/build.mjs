// Builds dist/: guard.cjs (start), run.cjs and watchdog.cjs (plain runs and rounds), cli.cjs (oclif, one chunk a command), index.mjs (the library).
import {createHash} from 'node:crypto'
import {chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'
import fastGlob from 'fast-glob'
import {rolldown} from 'rolldown'
import {carryChunks} from './carry-chunks.mjs'
import {makeManifest} from './manifest.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const dist = process.env.GUARD_DIST ?? join(root, 'dist')
const {name, version, oclif} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const commandFiles = fastGlob.sync('**/*.ts', {cwd: join(root, 'commands')}).sort()
const commandTable = commandFiles.map((file) => ({
  id: file.replace(/\.ts$/, '').replaceAll('/', ':'),
  path: join(root, 'commands', file),
}))

/** Serves modules that exist only in the build. */
function virtual(modules) {
  return {
    name: 'virtual',
    resolveId: (id) => (id in modules ? `\0${id}` : undefined),
    load: (id) => (id.startsWith('\0virtual:') ? modules[id.slice(1)] : undefined),
  }
}

// What oclif carries for plugins that guard does not have. Left out, `guard --version` takes a fifth less CPU.
const unreached = {
  semver: 'module.exports={satisfies:()=>true}',
  minimatch: 'module.exports={minimatch:()=>false}',
  tinyglobby: 'module.exports={glob:async()=>[]}',
  lilconfig: 'module.exports={lilconfig:()=>({search:async()=>null})}',
  'wsl-utils': 'module.exports={isWsl:false}',
  // Compiles a function for every line of help that names the program or a command; they have nothing but such names.
  ejs: "module.exports={render:(text,data)=>text.replace(/<%[-=] *([\\w.]+) *%>/g,(_,path)=>path.split('.').reduce((value,name)=>value[name],data))}",
}
const dropUnreached = {
  name: 'drop-unreached',
  resolveId: (id) => (id in unreached ? `\0unreached:${id}` : undefined),
  load: (id) =>
    id.startsWith('\0unreached:') ? {code: unreached[id.slice('\0unreached:'.length)], moduleType: 'js'} : undefined,
}

/**
 * Modules of Node's that oclif requires at once and a command seldom needs: required where they are used, and what is
 * awaited of `fs/promises` read at once, a start saves 4 ms.
 */
const seldom = /^const (\w+) = require\("(node:(?:child_process|fs\/promises|perf_hooks|readline))"\);$/gm
const deferSeldom = {
  name: 'defer-seldom',
  transform: (code, id) => {
    if (!id.includes('/@oclif/core/')) return undefined
    return Array.from(code.matchAll(seldom)).reduce((text, [line, name, module]) => {
      const rest = text.replace(line, '')
      const awaited = rest.replace(new RegExp(`await \\(0, ${name}\\.(\\w+)\\)`, 'g'), 'require("node:fs").$1Sync')
      // What is done with a promise itself needs one.
      const isAwaited = module === 'node:fs/promises' && !awaited.includes(`${name}.`)
      return isAwaited ? awaited : rest.replaceAll(`${name}.`, `require("${module}").`)
    }, code)
  },
}

const shared = {
  platform: 'node',
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

async function bundle(input, format, {plugins = [], define = {}, treeshake = true} = {}) {
  const extension = format === 'cjs' ? 'cjs' : 'mjs'
  const transform = {...shared.transform, define: {...shared.transform.define, ...define}}
  // What lazy parts share with the start stays in the start's own file: one file, one code cache.
  const preserveEntrySignatures = 'allow-extension'
  const build = await rolldown({
    ...shared,
    transform,
    input,
    plugins,
    preserveEntrySignatures,
    treeshake,
  })
  await build.write({
    dir: dist,
    format,
    minify: !process.env.GUARD_READABLE,
    entryFileNames: `[name].${extension}`,
    chunkFileNames: `${Object.keys(input)[0]}-[name].${extension}`,
    exports: 'auto',
  })
  await build.close()
}

/**
 * Takes into a start file what the bundler puts into chunks of their own although the start requires them at once: one
 * file, one code cache. Lazy parts that require such a chunk find it loaded.
 */
function takeIn(source, seen = new Set()) {
  const taken = source.replace(/= ?require\(["'`]\.\/([\w-]+\.cjs)["'`]\)/g, (whole, chunk) => {
    if (seen.has(chunk)) return whole
    seen.add(chunk)
    const body = takeIn(readFileSync(join(dist, chunk), 'utf8'), seen)
    return `=__part(${JSON.stringify(chunk)},function(exports){${body}\n})`
  })
  if (taken === source) return source
  return `function __part(name,run){const file=__dirname+"/"+name;if(require.cache[file])return require.cache[file].exports;const part={id:file,filename:file,loaded:true,children:[],exports:{}};run(part.exports);require.cache[file]=part;return part.exports}${taken}`
}

/**
 * A text of 128 KiB has a place of its own in V8's heap. A shorter one is a tenth of what a run of a job puts where
 * short-lived objects go, and with it there is just so much that they are collected before the run is over: blanks
 * behind the source save 1 to 4 ms of CPU on Node 24, and on Node 20 with settings of a hundred jobs.
 */
const ownPlaceBytes = 132_000

/**
 * Turns a start file into what the code cache compiles: a function, as `require` would make of it, in ASCII. A single
 * other character makes V8 keep two bytes for each of the file's.
 */
function writeStart(name, text, least = 0) {
  const source = text.replace(
    /[^\0-\x7f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  writeFileSync(join(dist, name), `(function(exports,require,module,__filename,__dirname){${source}\n})`.padEnd(least))
}

/** The program that people call, itself: one more file between would cost a fiftieth of the start. */
function makeExecutable(name) {
  const file = join(dist, name)
  writeFileSync(file, `#!/usr/bin/env node\n${readFileSync(file, 'utf8')}`)
  chmodSync(file, 0o755)
}

/** Names the code caches: one made of another build must not be found. */
function buildId() {
  const hash = createHash('sha256')
  for (const file of readdirSync(dist).sort()) hash.update(file).update(readFileSync(join(dist, file)))
  return `${version}-${hash.digest('hex').slice(0, 12)}`
}

const loaders = commandTable.map(({id, path}) => `${JSON.stringify(id)}: () => import(${JSON.stringify(path)})`)

rmSync(dist, {recursive: true, force: true})
const manifest = await makeManifest({
  shared,
  commandTable,
  virtual,
  pjson: {name, version, oclif},
})
// To read a property does nothing in this program, so what is made by spreading and not used may go.
await bundle({run: join(root, 'src/cli/start/run-entry.ts')}, 'cjs', {treeshake: {propertyReadSideEffects: false}})
await bundle({watchdog: join(root, 'src/cli/watch-entry.ts')}, 'cjs', {treeshake: {propertyReadSideEffects: false}})
const commands = virtual({
  'virtual:commands': `export const loaders = {${loaders.join(',')}}`,
  'virtual:manifest': `export const manifest = ${JSON.stringify(manifest)}`,
})
await bundle({cli: join(root, 'src/cli/start/oclif-main.ts')}, 'cjs', {plugins: [commands, dropUnreached, deferSeldom]})
// What guard has for a job that failed, src/cli/cached-require.ts loads like a start.
const traces = takeIn(readFileSync(join(dist, 'run-collect-evidence.cjs'), 'utf8'), new Set(['run.cjs']))
for (const name of ['run.cjs', 'watchdog.cjs', 'cli.cjs'])
  writeStart(name, takeIn(readFileSync(join(dist, name), 'utf8')), ownPlaceBytes)
writeStart('run-collect-evidence.cjs', traces)
writeStart('commands.cjs', carryChunks(dist, 'cli.cjs'))
await bundle({guard: join(root, 'src/cli/start/entry.ts')}, 'cjs', {
  define: {
    __GUARD_BUILD__: JSON.stringify(buildId()),
    __GUARD_COMMANDS__: JSON.stringify(commandTable.map(({id}) => id.replace(':', ' ')).join('|')),
  },
})
makeExecutable('guard.cjs')
if (existsSync(join(root, 'src/index.ts'))) await bundle({index: join(root, 'src/index.ts')}, 'esm')
writeFileSync(join(dist, 'package.json'), '{"type":"commonjs"}\n')
