import {lstatSync, readdirSync, unlinkSync} from 'node:fs'
import type {Retention} from '../spec.js'
import {archivedGenerationOf, archiveName, generationName, generationOf, generationsFolder} from './names.js'

/** From this age on, an unfinished file counts as left by a killed process. */
const abandonedAfterMs = 3_600_000

interface Generations {
  readonly dir: string
  readonly journal: string
  /** Generations still needed: the newest, and those that other programs may still append to. */
  readonly needed: ReadonlySet<number>
  /** Wall clock, ms. */
  readonly now: number
}

/**
 * Removes the oldest generations that are too old or too many. It removes at most two per call, that is per compaction,
 * so that a wall clock that jumped ahead costs a little of the history and not all of it.
 */
export function dropOldGenerations(found: Generations, retention: Retention): void {
  const kept = generationFiles(found)
  let total = kept.reduce((sum, {size}) => sum + size, 0)
  for (const {names, size, mtimeMs} of kept.filter(({generation}) => !found.needed.has(generation)).slice(0, 2)) {
    if (total <= retention.maxBytes && found.now - mtimeMs <= retention.maxAgeMs) return
    for (const name of names) remove(`${found.dir}/${name}`)
    total -= size
  }
}

/** Removes the files of processes that died while they made a generation. */
export function dropAbandonedFiles({dir, now}: Generations): void {
  const folder = `${dir}/${generationsFolder}`
  for (const file of readdirSync(folder).filter((name) => name.startsWith('.new-'))) {
    const stats = lstatSync(`${folder}/${file}`, {throwIfNoEntry: false})
    if (stats && now - stats.mtimeMs > abandonedAfterMs) remove(`${folder}/${file}`)
  }
}

function generationFiles({dir, journal}: Generations) {
  const found = readdirSync(`${dir}/${generationsFolder}`)
    .map((file) => generationOf(journal, file) ?? archivedGenerationOf(journal, file))
    .filter((generation) => generation !== undefined)
  return [...new Set(found)]
    .sort((a, b) => a - b)
    .map((generation) => {
      const names = [generationName(journal, generation), archiveName(journal, generation)]
      const stats = names
        .map((name) => lstatSync(`${dir}/${name}`, {throwIfNoEntry: false}))
        .filter((one) => one !== undefined)
      const size = stats.reduce((sum, one) => sum + one.size, 0)
      return {generation, names, size, mtimeMs: Math.max(...stats.map((one) => one.mtimeMs))}
    })
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    // Another process was first.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
