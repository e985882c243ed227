import {accessSync, constants, readdirSync, readFileSync, statSync} from 'node:fs'
import {type CronKind, runsFileName} from '../../domain/crontab/cron-kind.js'
import {neverRun} from '../../domain/crontab/periodic-file.js'

/** What the system itself starts periodically, by run-parts and anacron. It is shown only. */
export interface PeriodicJobs {
  readonly folders: readonly {readonly path: string; readonly files: readonly PeriodicFile[]}[]
  /** Lines of /etc/anacrontab that start something. */
  readonly anacron: readonly string[]
}

interface PeriodicFile {
  readonly name: string
  /** Why it is never started. */
  readonly never?: string
}

const folders = ['hourly', 'daily', 'weekly', 'monthly', 'yearly'].map((name) => `/etc/cron.${name}`)

/** What cannot be read counts as empty. */
export function readPeriodicJobs(kind: CronKind): PeriodicJobs {
  const found = folders.map((path) => ({path, files: namesIn(path).map((name) => fileOf(kind, path, name))}))
  return {folders: found.filter(({files}) => files.length > 0), anacron: anacronLines()}
}

function fileOf(kind: CronKind, path: string, name: string): PeriodicFile {
  const never = whyNever(kind, path, name)
  return never === undefined ? {name} : {name, never}
}

function whyNever(kind: CronKind, path: string, name: string): string | undefined {
  try {
    const stat = statSync(`${path}/${name}`, {throwIfNoEntry: false})
    if (!stat) return neverRun.link
    if (stat.isDirectory()) return neverRun.folder
    if (!runsFileName(kind, name)) return neverRun.name
    accessSync(`${path}/${name}`, constants.X_OK)
    return undefined
  } catch {
    return neverRun.mode
  }
}

function namesIn(path: string): readonly string[] {
  try {
    return readdirSync(path)
      .filter((name) => !name.startsWith('.'))
      .sort()
  } catch {
    return []
  }
}

function anacronLines(): readonly string[] {
  try {
    const lines = readFileSync('/etc/anacrontab', 'utf8').split('\n')
    return lines.filter((line) => /^\s*[\d@]/.test(line)).map((line) => line.trim())
  } catch {
    return []
  }
}
