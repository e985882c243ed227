import {lstatSync, mkdirSync, renameSync, rmdirSync, writeFileSync} from 'node:fs'
import {dirname} from 'node:path'
import type {Settings} from '../../domain/settings/settings.js'
import type {FoundFile} from '../find.js'
import {distrustOfPlace} from '../trust.js'
import {pruneCaches, removeFile} from './prune.js'
import {type CachePlace, cacheFile, cacheFolder, cacheKey, checksumLine, isPrivateFolder} from './read.js'

/** Some file systems store times to two seconds, so a younger file may change again without a visible difference. */
const settledAfterMs = 2500

export interface Keeper extends CachePlace {
  /** Version of guard. */
  readonly version: string
  /** The present time, against which the age of the file is measured. */
  readonly nowMs: number
}

/** Writes an entry with a rename, so that it is never read half-written. Errors are ignored: the next run loads the file again. */
export function writeCache(found: FoundFile, settings: Settings, place: Keeper): void {
  const folder = cacheFolder(place)
  if (folder === undefined || !isSettled(found, place.nowMs)) return
  const target = cacheFile(folder, found)
  const aside = `${target}.${process.pid}`
  try {
    if (distrustOfPlace(folder, {allowsMissing: true}) !== undefined) return
    makeFolder(folder)
    if (!isPrivateFolder(folder, place.uid)) return
    // Flushed before the rename, so that a crash cannot leave an incomplete entry.
    const lines = `${cacheKey(found, place.version)}\n${pack(settings)}\n`
    writeFileSync(aside, lines + checksumLine(lines), {mode: 0o600, flag: 'wx', flush: true})
    // A folder is the one thing that a rename does not replace.
    if (lstatSync(target, {throwIfNoEntry: false})?.isDirectory()) rmdirSync(target)
    renameSync(aside, target)
    pruneCaches(place, place.nowMs)
  } catch {
    removeFile(aside)
  }
}

/** The inverse of `unpack` in `read.ts`. A job has every key that the defaults have. */
function pack(settings: Settings): string {
  const defaults = new Map(Object.entries(settings.defaults).map(([key, value]) => [key, JSON.stringify(value)]))
  const jobLines = Object.entries(settings.jobs).map(([name, job]) => {
    const own = Object.entries(job).filter(([key, value]) => defaults.get(key) !== JSON.stringify(value))
    return `${name} ${JSON.stringify(Object.fromEntries(own))}`
  })
  const {scripts, ...base} = settings
  return [JSON.stringify({...base, jobs: {}}), JSON.stringify(scripts), ...jobLines].join('\n')
}

function isSettled({stat}: FoundFile, nowMs: number): boolean {
  const changedAt = Math.max(Number(stat.mtimeMs), Number(stat.ctimeMs))
  // A time in the future never counts as settled.
  return nowMs - changedAt > settledAfterMs
}

/** Not recursive, because below /proc Node's recursive mkdir never returns. */
function makeFolder(folder: string): void {
  for (const path of [dirname(folder), folder]) {
    try {
      mkdirSync(path, {mode: 0o700})
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}
