import {closeSync, fstatSync, openSync, readSync} from 'node:fs'
import {Script} from 'node:vm'

/** Differs whenever any built file does; put in by the build. */
declare const __GUARD_BUILD__: string

/**
 * Loads a built file that stands beside this one, with V8's code cache, taken after the run, when it holds what the
 * run used: `guard --version` takes 1.6 times the CPU of bare Node instead of 2.4. Every error of the cache is
 * ignored; it is only speed. Nothing but `fs` and `vm` is loaded for it: `path`, `os` and `module` cost 0.8 ms.
 * `use` names the cache: what is used in different ways has one for each.
 */
export function cachedRequire(name: string, use = name): unknown {
  const file = `${__dirname}/${name}`
  const cacheFile = cacheFileOf(use)
  const cached = cacheFile === undefined ? undefined : readCache(cacheFile)
  // The build has made it one function in ASCII.
  const script = new Script(readWhole(file).data.toString('latin1'), {filename: file, ...cached})
  // Lazy parts require this file for what they share with it: they must find it loaded, not run it again.
  const loaded = Object.assign(new (module.constructor as new (id: string) => NodeModule)(file), {
    filename: file,
    loaded: true,
  })
  require.cache[file] = loaded
  script.runInThisContext()(loaded.exports, Object.assign(requirePart, require), loaded, file, __dirname)
  const isGood = cached && !script.cachedDataRejected
  const {part} = loaded.exports as Rehearsed
  if (cacheFile !== undefined && !(isGood && cached.isFinal))
    void import('./write-code-cache.js').then(({writeAtExit}) =>
      writeAtExit({file: cacheFile, script, rehearse: part?.rehearse}, isGood === true),
    )
  return loaded.exports
}

interface Rehearsed {
  /** `rehearse` does once what a cache shall hold besides what this run has used. */
  readonly part?: {readonly rehearse: () => void}
}

/** A late part with a code cache of its own: why a job failed is known 4 ms sooner. The build makes it one function. */
const tracesPart = './run-collect-evidence.cjs'

function requirePart(name: string): unknown {
  const isLoaded = name !== tracesPart || require.cache[`${__dirname}/${name.slice(2)}`]
  return isLoaded ? require(name) : cachedRequire(name.slice(2), 'run.traces')
}

/** Undefined: there is no place for a cache. V8 itself refuses one made by another V8 or with other flags. */
function cacheFileOf(use: string): string | undefined {
  const {XDG_CACHE_HOME: base, HOME: home} = process.env
  const folder = base?.startsWith('/') ? base : home?.startsWith('/') ? `${home}/.cache` : undefined
  return folder && `${folder}/guard/${use}-${__GUARD_BUILD__}-${process.versions.v8}.v8`
}

interface Cached {
  readonly cachedData: Buffer
  readonly isFinal: boolean
}

function readCache(file: string): Cached | undefined {
  try {
    const {data, uid, mode} = readWhole(file)
    // Code from a file that somebody else could write would run as us.
    if (uid !== process.geteuid?.() || (mode & 0o022) !== 0) return undefined
    return {cachedData: data, isFinal: (mode & 0o200) === 0}
  } catch {
    return undefined
  }
}

/** In one piece, where readFileSync asks for 8 KiB at a time. */
function readWhole(file: string) {
  const fd = openSync(file, 'r')
  try {
    const {uid, mode, size} = fstatSync(fd)
    const data = Buffer.allocUnsafeSlow(size)
    if (readSync(fd, data, 0, size, 0) !== size) throw new Error(`${file} is cut off`)
    return {data, uid, mode}
  } finally {
    closeSync(fd)
  }
}
