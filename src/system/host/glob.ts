import * as fs from 'node:fs'
import {resolve} from 'node:path'

/** Where to look for files by pattern. */
export interface Search {
  readonly patterns: readonly string[]
  /** Absolute path, the base of relative patterns. */
  readonly dir: string
  /** Absolute paths of folders and files to leave out. */
  readonly without: readonly string[]
}

interface Found {
  /** Absolute paths, sorted, without duplicates. */
  readonly paths: readonly string[]
  /** Folders that could not be read. */
  readonly unreadable: readonly string[]
}

/** Finds files, directories and links by glob pattern. A pattern that is the name of an existing file means that file. */
export type FindPaths = (search: Search) => Promise<Found>

/** Symbolic links to folders are found, but not followed. */
export const findPaths: FindPaths = async ({patterns, dir, without}) => {
  const {default: glob} = await import('fast-glob')
  const unreadable = new Set<string>()
  const names = patterns.filter((pattern) => fs.lstatSync(resolve(dir, pattern), {throwIfNoEntry: false}))
  const globs = patterns.filter((pattern) => !names.includes(pattern))
  const found = await glob.async(globs, {
    cwd: dir,
    absolute: true,
    dot: true,
    onlyFiles: false,
    followSymbolicLinks: false,
    fs: {readdir: tolerantReaddir(unreadable)},
  })
  const paths = [...new Set([...names, ...found].map((path) => resolve(dir, path)))]
  return {paths: paths.filter((path) => !isWithin(path, without)).sort(), unreadable: [...unreadable].sort()}
}

function isWithin(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`))
}

type Callback = (error: NodeJS.ErrnoException | null, entries: fs.Dirent[]) => void

/** An unreadable folder is reported, and the search goes on in the others. */
function tolerantReaddir(unreadable: Set<string>) {
  const readdir = (folder: string, _options: {withFileTypes: true}, done: Callback) =>
    fs.readdir(folder, {withFileTypes: true}, (error, entries) => {
      if (error?.code !== 'EACCES' && error?.code !== 'EPERM') return done(error, entries)
      unreadable.add(folder)
      return done(null, [])
    })
  return readdir as unknown as typeof fs.readdir
}
