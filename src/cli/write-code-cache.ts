import {existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import type {Script} from 'node:vm'

export interface CodeCache {
  readonly file: string
  readonly script: Script
  /** Runs what the cache shall hold besides what was used. */
  readonly rehearse: (() => void) | undefined
}

/**
 * Writes the cache when the run is over. It is taken twice: the first run of all finds no journal, so what reads one
 * is only in the cache after the second. A cache that may not be written any more is the final one.
 */
export function writeAtExit(cache: CodeCache, isSecond: boolean): void {
  process.once('exit', () => write(cache, isSecond ? 0o400 : 0o600))
}

/** Keeps what V8 has compiled of a script for the next start. No cache folder, a full disk: that is as slow as this one. */
function write({file, script, rehearse}: CodeCache, mode: number): void {
  try {
    rehearse?.()
    const folder = dirname(file)
    makeFolder(dirname(folder))
    makeFolder(folder)
    const temporary = `${file}.${process.pid}`
    writeFileSync(temporary, script.createCachedData(), {mode, flag: 'wx'})
    renameSync(temporary, file)
    dropOthers(folder, basename(file))
  } catch {
    // It is only speed.
  }
}

/** Never `recursive`: below /proc that does not return. */
function makeFolder(path: string): void {
  if (!existsSync(path)) mkdirSync(path, 0o700)
}

/** What earlier builds have left for this program and this Node; two Nodes keep theirs side by side. */
function dropOthers(folder: string, kept: string): void {
  const program = kept.slice(0, kept.indexOf('-') + 1)
  const node = `-${process.versions.v8}.v8`
  for (const name of readdirSync(folder)) {
    if (name.startsWith(program) && name.endsWith(node) && name !== kept) rmSync(join(folder, name), {force: true})
  }
}
