import {chmodSync, lstatSync, readdirSync, type Stats} from 'node:fs'

/** A file or folder of guard's own that is not as guard has made it. */
export interface OddFile {
  readonly path: string
  readonly odd: 'shared' | 'foreign'
}

/** Names in the state directory that are guard's: jobs often keep files of theirs in the same folder. */
const ownNames = /^(?:\.gen|spool|quarantine|logs|.*\.jsonl)$/

/** Files of guard's own that others may write, or that belong to another user. Links are passed. */
export function oddFiles(stateDir: string, logDir: string): readonly OddFile[] {
  const own = namesIn(stateDir).filter((name) => ownNames.test(name))
  const logs = namesIn(logDir).filter((name) => name.startsWith('guardian'))
  const paths = new Set([
    stateDir,
    ...own.map((name) => `${stateDir}/${name}`),
    ...['.gen', 'spool'].flatMap((folder) =>
      namesIn(`${stateDir}/${folder}`).map((name) => `${stateDir}/${folder}/${name}`),
    ),
    ...logs.map((name) => `${logDir}/${name}`),
  ])
  // The stable name of a journal is a second name of its newest generation.
  const seen = new Set<string>()
  return [...paths].flatMap((path) => {
    const stat = lstatSync(path, {throwIfNoEntry: false})
    const identity = `${stat?.dev}:${stat?.ino}`
    if (!stat || stat.isSymbolicLink() || seen.has(identity)) return []
    seen.add(identity)
    return oddFile(path, stat) ?? []
  })
}

function oddFile(path: string, stat: Stats): OddFile | undefined {
  const user = process.geteuid?.()
  if (user !== undefined && stat.uid !== user) return {path, odd: 'foreign'}
  return (stat.mode & 0o022) === 0 ? undefined : {path, odd: 'shared'}
}

/**
 * Takes away the right of others to write, but not to read: a person may have granted that on purpose. Throws the file
 * system's error.
 *
 * @returns the mode as it was; undefined if nothing was changed
 */
export function closeToOthers(path: string): number | undefined {
  const stat = lstatSync(path, {throwIfNoEntry: false})
  if (!stat || stat.isSymbolicLink()) return undefined
  chmodSync(path, stat.mode & 0o7755)
  return stat.mode & 0o7777
}

function namesIn(folder: string): readonly string[] {
  return lstatSync(folder, {throwIfNoEntry: false}) ? readdirSync(folder) : []
}
