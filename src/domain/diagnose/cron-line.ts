import {type CronKind, cronPath} from '../crontab/cron-kind.js'

/** A line of a crontab, as far as it matters for what guard does under cron. */
export interface CronLine {
  /** What people call its file, and the command that edits it. */
  readonly file: string
  readonly edit: string
  /** Begins with 1. */
  readonly number: number
  readonly state: 'wrapped' | 'wrappable' | 'wrong'
  readonly text: string
  readonly schedule?: string
  /** Of a line that is wrapped: the command of guard that it calls. */
  readonly calls?: string
  /** The job that it runs or would run under guard, if it can be seen. */
  readonly job?: string
  /** What is wrong with it, and what to write. */
  readonly reason?: string
  /** Why guard, which it starts, runs nothing, as far as its words and files show. */
  readonly problem?: string
  /** What starts guard in it, such as `GUARD_NODE=/opt/node guard`. */
  readonly start?: string
  /** The words behind `guard run`, of a line of this user in which no shell changes them. */
  readonly runWords?: readonly string[]
  /** The zone of its schedule, where a crontab can set one; else it is that of the machine. */
  readonly zone?: string
  /** The variables that the lines above it set. */
  readonly variables: Readonly<Record<string, string>>
}

export interface CronLines {
  /** The cron that reads them. */
  readonly kind: CronKind
  readonly lines: readonly CronLine[]
  readonly unreadable: readonly NotRead[]
  /** Files that cron passes. */
  readonly ignored: readonly NotRead[]
}

interface NotRead {
  readonly file: string
  readonly reason: string
}

export function pathOf({variables}: Pick<CronLine, 'variables'>): string {
  return variables['PATH'] ?? cronPath
}

/** Where a line stands, for people. */
export function placeOf({file, number}: Pick<CronLine, 'file' | 'number'>): string {
  return `${file}, line ${number}`
}

/** The first of some lines, and how many there are more. */
export function placesOf([first, ...others]: readonly CronLine[]): string {
  if (!first) return ''
  return others.length === 0 ? placeOf(first) : `${placeOf(first)} and ${others.length} more`
}
