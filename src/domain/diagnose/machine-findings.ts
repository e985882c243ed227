import {neverRun} from '../crontab/periodic-file.js'
import {shellWord} from '../crontab/shell-word.js'
import {type DiskFacts, judgeDisk} from '../health/machine.js'
import {type Finding, finding} from './finding.js'

/** What `--fix` could remove. */
export interface Removable {
  readonly files: number
  readonly bytes: number
}

export function judgeStateDisk(disk: DiskFacts | undefined, removable: Removable): Finding {
  const {verdict, reason} = judgeDisk(disk)
  if (verdict === 'healthy') return finding('disk', 'well', `disk (${freeShare(disk)} free)`, {proof: reason})
  const level = verdict === 'unhealthy' ? 'wrong' : 'look'
  const what = disk
    ? `Disk of the state directory has ${freeShare(disk)} free`
    : 'Disk of the state directory is unknown'
  if (removable.files === 0)
    return finding('disk', level, what, {
      proof: reason,
      mend: disk ? `du -xh ${shellWord(disk.path)} | sort -h | tail` : 'df',
    })
  const note = `removes ${(removable.bytes / 1024 ** 2).toFixed(1)} MiB of expired logs`
  return finding('disk', level, what, {proof: reason, mend: 'guard doctor --fix', note, fixable: true})
}

function freeShare(disk: DiskFacts | undefined): string {
  if (!disk || disk.totalBytes === 0) return 'nothing'
  const files = disk.totalFiles > 0 ? disk.freeFiles / disk.totalFiles : 1
  const bytes = disk.freeBytes / disk.totalBytes
  return files < bytes ? `${percent(files)} of its inodes` : percent(bytes)
}

function percent(share: number): string {
  return `${Math.floor(share * 1000) / 10} %`
}

export interface FileSystemFacts {
  readonly dir: string
  /** As mount(8) calls it. */
  readonly type: string
  /** The kind on which the appends of two machines overwrite each other. @returns undefined on any other */
  readonly shared: string | undefined
}

export function judgeFileSystem({dir, type, shared}: FileSystemFacts): Finding {
  if (shared === undefined) return finding('file-system', 'well', `file system (${type}: safe)`, {proof: dir})
  return finding('file-system', 'wrong', `State directory is on ${shared}`, {
    proof: `${dir}: two machines that append at once overwrite each other's lines`,
    mend: 'guard config show --origin',
    note: 'set stateDir to a folder on a local disk',
  })
}

/** What timedatectl(1) says, with `show --property=NTPSynchronized,NTP` and `timesync-status`. */
export interface ClockAnswer {
  /** @returns undefined if it gave no answer */
  readonly show: string | undefined
  /** Why there is none. */
  readonly reason: string
  readonly status: string | undefined
}

/** A clock that nobody could judge is no complaint: a container has that of its host. */
export function judgeClock({show, reason, status}: ClockAnswer): Finding {
  const property = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(show ?? '')?.[1]
  const isSynchronized = property('NTPSynchronized')
  if (isSynchronized === undefined)
    return finding('clock', 'well', 'clock (offset unknown)', {proof: `timedatectl: ${reason}`})
  const offset = /^[ \t]*Offset:\s*(\S+)/m.exec(status ?? '')?.[1]?.replace(/^\+/, '')
  if (isSynchronized === 'yes') return finding('clock', 'well', `clock (NTP, ${offset ?? 'offset unknown'})`)
  const isOff = property('NTP') === 'no'
  return finding('clock', 'look', 'Clock is not synchronized', {
    proof: isOff ? 'timedatectl: NTP is switched off' : 'timedatectl: NTP is on and has not reached a server',
    mend: isOff ? 'sudo timedatectl set-ntp true' : 'timedatectl timesync-status',
  })
}

/** A file that run-parts or its like passes. */
export interface PassedFile {
  readonly path: string
  readonly why: string
  /** The command that lets it run, or shows it. */
  readonly mend: string
  readonly note?: string
}

/** Files that stand where the system starts them, and are never started. */
export function judgePeriodic(passed: readonly PassedFile[]): readonly Finding[] {
  if (passed.length === 0) return [finding('cron-folders', 'well', 'cron folders')]
  return passed.map(({path, why, ...how}) =>
    finding('cron-folders', 'look', `${path} is never run`, {proof: why, ...how}),
  )
}

/** Whether a file was left by a package manager, an editor or a person where nothing starts it, on purpose. */
export function isLeftOnPurpose(name: string): boolean {
  return /\.(?:dpkg-\w+|ucf-\w+|rpm\w+|disabled|bak|orig|old|swp)$|~$/.test(name)
}

export function passedFile(
  folder: string,
  {name, never}: {readonly name: string; readonly never: string},
  exists: (path: string) => boolean,
): readonly PassedFile[] {
  if (isLeftOnPurpose(name)) return []
  const path = `${folder}/${name}`
  const word = shellWord(path)
  switch (never) {
    case neverRun.link:
      return [{path, why: never, mend: `sudo rm ${word}`, note: 'or correct the link'}]
    case neverRun.folder:
      return [{path, why: never, mend: `ls -l ${word}`, note: 'move the scripts out of it'}]
    case neverRun.mode:
      return [{path, why: never, mend: `sudo chmod +x ${word}`}]
    default:
      return [misnamed(folder, name, exists)]
  }
}

function misnamed(folder: string, name: string, exists: (path: string) => boolean): PassedFile {
  const path = `${folder}/${name}`
  const stem = name.replace(/\.[^.]*$/, '').replaceAll(/[^A-Za-z0-9_-]/g, '-')
  const isFree = stem !== '' && !exists(`${folder}/${stem}`)
  return {
    path,
    why: name.includes('.') ? 'run-parts skips names with a dot' : neverRun.name,
    mend: isFree ? `sudo mv ${shellWord(path)} ${folder}/${stem}` : `ls -l ${shellWord(path)}`,
  }
}
