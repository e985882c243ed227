import {spawnSync} from 'node:child_process'
import {chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {gunzipSync} from 'node:zlib'
import {removeFolder} from '../support/remove-folder.js'
import type {Ground, Kind} from './kind.js'

/** The folder of one soak: settings, the jobs' script, their notes, and guard's state. */
export interface Workplace extends Ground {
  readonly dir: string
  readonly guard: readonly [string, ...string[]]
  /** What each process of the soak gets, as from cron: nothing else. */
  readonly env: Readonly<Record<string, string>>
  path(name: string): string
  read(name: string): string
  /** All records of a journal, sealed files included. */
  records(journal: string): readonly JournalRecord[]
  /** Runs a guard command to its end. */
  run(...args: string[]): {readonly code: number | null; readonly stdout: string; readonly stderr: string}
  remove(): Promise<void>
}

export type JournalRecord = Readonly<Record<string, unknown>> & {readonly kind?: string; readonly at: number}

/** Notes its start, does what it is told, and notes its end: what was really so, whatever guard makes of it. */
const jobScript = `#!/bin/sh
note() { echo "$1 $SOAK_N $(date +%s%3N) $GUARD_RUN_ID $$ $2" >> "$SOAK_DIR/notes/$GUARD_JOB"; }
note start -
(eval "$SOAK_DOES")
code=$?
note end $code
exit $code
`

/** The program under test, in the form that GUARD_FORM names. */
function guardCommand(repository: string): readonly [string, ...string[]] {
  const form = process.env['GUARD_FORM'] ?? 'node'
  if (form === 'standalone') return [join(repository, 'dist/standalone/guard')]
  if (form === 'node') return [join(repository, 'bin/guard')]
  throw new Error(`GUARD_FORM is ${form}; write node or standalone`)
}

export function createWorkplace(repository: string): Workplace {
  const dir = mkdtempSync(join(tmpdir(), 'guard-soak-'))
  for (const folder of ['home', 'notes', 'said']) mkdirSync(join(dir, folder))
  writeFileSync(join(dir, 'job.sh'), jobScript)
  chmodSync(join(dir, 'job.sh'), 0o755)
  const path = (name: string) => join(dir, name)
  const guard = guardCommand(repository)
  const env = {
    PATH: '/usr/bin:/bin',
    GUARD_NODE: process.execPath,
    HOME: path('home'),
    TZ: 'UTC',
    COLUMNS: '80',
    GUARD_CONFIG: path('.guardianrc.json'),
    SOAK_DIR: dir,
  }
  return {
    dir,
    guard,
    env,
    path,
    read: (name) => readOrEmpty(path(name)),
    touch: (name) => writeFileSync(path(name), 'rows: 120\n'),
    write: (name, text) => writeFileSync(path(name), text),
    records: (journal) => readJournal(path('state/.gen'), journal),
    run: (...args) => {
      const [file, ...own] = guard
      const {status, stdout, stderr} = spawnSync(file, [...own, ...args], {cwd: dir, env, encoding: 'utf8'})
      return {code: status, stdout, stderr}
    },
    remove: () => removeFolder(dir),
  }
}

/**
 * Writes the settings: one job for each kind that is not OpenClaw's, and `rest`. Throws if guard does not take them: then
 * nothing that it says would mean anything.
 */
export function takeSettings(place: Workplace, kinds: readonly Kind[], rest: object): void {
  const own = kinds.filter(({isOfOpenClaw}) => !isOfOpenClaw)
  const jobs = Object.fromEntries(own.map(({name, settings}) => [name, {script: 'job.sh', args: [name], ...settings}]))
  place.write('.guardianrc.json', JSON.stringify({stateDir: 'state', jobs, ...rest}, undefined, 2))
  const {code, stdout, stderr} = place.run('config', 'check')
  if (code !== 0) throw new Error(`guard does not take the settings of the soak:\n${stdout}${stderr}`)
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return ''
  }
}

function readJournal(dir: string, journal: string): readonly JournalRecord[] {
  const files = readdirSync(dir)
    .filter((name) => name.startsWith(`${journal}.`) && /\.jsonl(\.gz)?$/.test(name))
    .sort()
  const lines = files.flatMap((name) => {
    const bytes = readFileSync(join(dir, name))
    return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().split('\n')
  })
  // What a sealed file has behind its seal stands again in the next one, with the same id.
  const byId = new Map(lines.flatMap(parseLine).map((record) => [record['id'], record]))
  return [...byId.values()]
}

function parseLine(line: string): JournalRecord[] {
  try {
    return [JSON.parse(line.slice(line.lastIndexOf('{"v"'))) as JournalRecord]
  } catch {
    return []
  }
}
