import {readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {expect, test} from 'vitest'

const start = join(import.meta.dirname, '../../src/config/settings.ts')

/** The static imports of a file, without those of types. */
function loads(file: string): string[] {
  const statements = readFileSync(file, 'utf8').matchAll(/^import (?!type )[^;]*?from '([^']+)'/gms)
  return Array.from(statements, ([, name]) => name ?? '')
}

function everythingLoadedBy(file: string, seen = new Set<string>()): Set<string> {
  for (const name of loads(file)) {
    const target = name.startsWith('.') ? join(dirname(file), name).replace(/\.js$/, '.ts') : name
    if (seen.has(target)) continue
    seen.add(target)
    if (name.startsWith('.')) everythingLoadedBy(target, seen)
  }
  return seen
}

test('settings from the cache load nothing but node:fs, node:path and a few small files of guard', () => {
  const loaded = [...everythingLoadedBy(start)]
  expect(loaded.filter((name) => !name.startsWith('/')).sort()).toEqual(['node:fs', 'node:path'])
  expect(loaded.filter((name) => /schema|load|fields|problems/.test(name))).toEqual([])
  expect(loaded.length).toBeGreaterThan(5)
})
