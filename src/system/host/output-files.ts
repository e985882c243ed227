import {closeSync, fstatSync, openSync, readSync, type Stats, statSync} from 'node:fs'
import {resolve} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import {readLines} from '../../domain/failure/output-lines.js'
import type {OutputSettings} from '../../domain/settings/job.js'
import type {ObservedOutput} from '../../domain/watchdog/build-job-facts.js'
import {monotonicMs} from './clock.js'

/** Finds the newest file that matches each rule. A folder that cannot be read is reported, never taken for empty. */
export type ReadOutputs = (
  rules: readonly OutputSettings[],
  dir: string,
  /** Whether a file's date is in the future; such a file is reported apart from the newest. */
  isFuture: (modifiedAt: number) => boolean,
) => Promise<readonly ObservedOutput[]>

/** Patterns are searched in the last bytes of a file, which may be a log of gigabytes. */
const searchedBytes = 1024 * 1024

export const readOutputs: ReadOutputs = (rules, dir, isFuture) =>
  Promise.all(rules.map((rule) => readOutput(rule, dir, isFuture)))

/** A program that replaces a file without a rename leaves it empty or half for a moment. */
const settleMs = 1000

/** Files that are written all the time must not keep a round waiting again and again. */
const betweenWaitsMs = 10_000
let waitedAtMs = Number.NEGATIVE_INFINITY

/**
 * A file that is being emptied has for a moment the new size and the old date (ext4: 0.2 ms, seen up to 1.5), and one
 * that is written after its date was read has new content.
 */
const emptyingMs = 10

/** Looks once more at a file that breaks its rule: its program may be in the middle of writing it. */
async function readOutput(...asked: Parameters<typeof lookAtOutput>): Promise<ObservedOutput> {
  let seen = await lookAtOutput(...asked)
  if (isBad(seen) && !isJustWritten(seen)) {
    await sleep(emptyingMs)
    seen = await lookAtOutput(...asked)
  }
  if (!isBad(seen) || !isJustWritten(seen)) return seen
  const now = monotonicMs()
  if (now - waitedAtMs < betweenWaitsMs) return seen
  waitedAtMs = now
  await sleep(settleMs)
  return lookAtOutput(...asked)
}

function isBad({newest}: ObservedOutput): boolean {
  return newest?.problem !== undefined
}

function isJustWritten({newest}: ObservedOutput): boolean {
  return newest !== undefined && Math.abs(Date.now() - newest.modifiedAt) < settleMs
}

async function lookAtOutput(
  rule: OutputSettings,
  dir: string,
  isFuture: (modifiedAt: number) => boolean,
): Promise<ObservedOutput> {
  try {
    const {newest, future} = await findNewest(rule.files, dir, isFuture)
    const odd = future && {future: {path: future.path, modifiedAt: future.modifiedAt}}
    if (!newest) return {newest: undefined, ...odd}
    const problem =
      newest.size < rule.minSizeBytes
        ? `has ${newest.size} of ${rule.minSizeBytes} bytes`
        : await markProblem(rule, resolve(dir, newest.path))
    return {newest: {...newest, ...(problem !== undefined && {problem})}, ...odd}
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    return {newest: undefined, unreadable: message}
  }
}

interface FoundFile {
  readonly path: string
  readonly modifiedAt: number
  readonly size: number
}

interface FoundFiles {
  readonly newest?: FoundFile
  readonly future?: FoundFile
}

async function findNewest(
  files: readonly string[],
  dir: string,
  isFuture: (modifiedAt: number) => boolean,
): Promise<FoundFiles> {
  const {default: glob} = await import('fast-glob')
  const patterns = files.map((pattern) => pattern.replace(plainParentheses, '\\($1\\)'))
  const found = await glob(patterns, {cwd: dir, stats: true, dot: true, onlyFiles: false, followSymbolicLinks: false})
  const newest: {newest?: FoundFile; future?: FoundFile} = {}
  for (const {path, stats: own} of found) {
    const stats = own?.isSymbolicLink() ? targetOf(resolve(dir, path)) : own
    if (!stats?.isFile()) continue
    const kind = isFuture(stats.mtimeMs) ? 'future' : 'newest'
    const file = {path, modifiedAt: stats.mtimeMs, size: stats.size}
    if (stats.mtimeMs > (newest[kind]?.modifiedAt ?? Number.NEGATIVE_INFINITY)) newest[kind] = file
  }
  return newest
}

/** Parentheses are plain characters as in a shell (`copy (1)/*.csv`), except in `(a|b)`, `@(a)` and similar. */
const plainParentheses = /(?<![@!*+?\\])\(([^()|]*)\)/g

/** The file that a link points to (`latest.json`). @returns undefined if it points nowhere */
function targetOf(link: string): Stats | undefined {
  try {
    return statSync(link, {throwIfNoEntry: false})
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOOP') return undefined
    throw error
  }
}

async function markProblem({contains, lacks}: OutputSettings, path: string): Promise<string | undefined> {
  if (contains.length === 0 && lacks.length === 0) return undefined
  const found = await patternsFound([...contains, ...lacks], lastBytes(path))
  const absent = contains.find((pattern) => !found.has(pattern))
  if (absent !== undefined) return `lacks ${JSON.stringify(absent)}`
  const present = lacks.find((pattern) => found.has(pattern))
  return present === undefined ? undefined : `has ${JSON.stringify(present)}`
}

/** Which of the patterns any line of `text` matches. */
async function patternsFound(sources: readonly string[], text: Uint8Array): Promise<ReadonlySet<string | undefined>> {
  const {compilePatterns} = await import('../../line-patterns.js')
  const match = compilePatterns(sources)
  const found = new Set<string | undefined>()
  const lines = readLines((line) => {
    for (const place of match(line)) found.add(sources[place])
  })
  lines.push(text)
  lines.end()
  return found
}

function lastBytes(path: string): Uint8Array {
  const fd = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(searchedBytes)
    const {size} = fstatSync(fd)
    return buffer.subarray(0, readSync(fd, buffer, 0, searchedBytes, Math.max(0, size - searchedBytes)))
  } finally {
    closeSync(fd)
  }
}
