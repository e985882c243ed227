import type {ClockReading} from '../../../domain/clock/reading.js'
import {shellWord} from '../../../domain/crontab/shell-word.js'
import type {OutboxState} from '../../../domain/delivery/outbox.js'
import type {CronLines} from '../../../domain/diagnose/cron-line.js'
import {type Finding, finding} from '../../../domain/diagnose/finding.js'
import {mendOf} from '../../../domain/diagnose/job-findings.js'
import type {PlannedJob} from '../../../domain/diagnose/schedule-findings.js'
import {judgeSchedulerStart} from '../../../domain/diagnose/scheduler-findings.js'
import {
  judgeDelivery,
  judgeJournalFiles,
  judgeLocks,
  judgeSharedJobs,
  judgeWatchdogStart,
  type LockFindings,
  type SharedJob,
} from '../../../domain/diagnose/state-findings.js'
import {listNames} from '../../../domain/health/list-names.js'
import type {SchedulerFacts} from '../../../domain/health/scheduler.js'
import type {Leases} from '../../../domain/lease/lease.js'
import type {SeenWatchdog} from '../../../domain/watchdog/watchdogs.js'
import {GuardError} from '../../../errors.js'
import type {Journal, JournalReport} from '../../../journal/journal.js'
import type {OddFile} from '../../../system/host/own-modes.js'

export interface StateDeps {
  readonly lookAtScheduler: () => Promise<SchedulerFacts>
  /** Looks whether guard could write there. @returns what it found, for people. Throws GuardError `no-state`, `io`. */
  readonly tryPlaces: () => string
  readonly oddFiles: () => readonly OddFile[]
  readonly listLocks: () => Promise<LockFindings>
  readonly journals: readonly {readonly name: string; readonly inspect: () => JournalReport}[]
  readonly outbox: Pick<Journal<OutboxState>, 'read'>
  readonly leases: Pick<Journal<Leases>, 'read'>
  readonly readClock: () => ClockReading
  readonly watchdogs: () => readonly SeenWatchdog[]
  /** Empty without one. */
  readonly settingsFile: string
  /** Of the settings. */
  readonly watchedJobs: () => {readonly all: number; readonly unwatched: number; readonly shared: readonly SharedJob[]}
  readonly crontabLines: () => Promise<CronLines>
  /** The timer of systemd that starts the watchdog, if one is active. */
  readonly watchdogTimer: () => Promise<string | undefined>
}

/** Whether this user may write what guard has to write, and nobody else may. */
export function examineRights({tryPlaces, oddFiles}: StateDeps): readonly Finding[] {
  try {
    const places = tryPlaces()
    const odd = oddFiles()
    const found = [...shared(odd), ...foreign(odd)]
    return found.length > 0 ? found : [finding('rights', 'well', 'rights', {proof: places})]
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    const mend = mendOf(error.hints[0], 'guard config show --origin')
    const isOwn =
      mend.mend.startsWith('chmod go-w') && oddFiles().some(({path}) => mend.mend.endsWith(` ${shellWord(path)}`))
    return [finding('rights', 'wrong', 'guard cannot use its places', {proof: error.message, ...mend, fixable: isOwn})]
  }
}

function shared(files: readonly OddFile[]): readonly Finding[] {
  const paths = files.filter(({odd}) => odd === 'shared').map(({path}) => path)
  if (paths.length === 0) return []
  const what = paths.length === 1 ? '1 file of guard can' : `${paths.length} files of guard can`
  const note = 'takes the right to write from others'
  return [
    finding('rights', 'look', `${what} be written by others`, {
      proof: listNames(paths),
      mend: 'guard doctor --fix',
      note,
      fixable: true,
    }),
  ]
}

function foreign(files: readonly OddFile[]): readonly Finding[] {
  const paths = files.filter(({odd}) => odd === 'foreign').map(({path}) => path)
  if (paths.length === 0) return []
  const what = paths.length === 1 ? '1 file of guard belongs' : `${paths.length} files of guard belong`
  // The command reaches what is below a folder.
  const tops = paths.filter((path) => !paths.some((other) => path.startsWith(`${other}/`)))
  return [
    finding('rights', 'wrong', `${what} to another user`, {
      proof: `${listNames(paths)}: made by guard under sudo?`,
      mend: `sudo chown -R "$(id -u)" ${tops.slice(0, mostInCommand).map(shellWord).join(' ')}`,
      ...(tops.length > mostInCommand && {note: 'then guard doctor names the others'}),
    }),
  ]
}

/** A longer command is not readable. */
const mostInCommand = 10

export async function examineLocks({listLocks}: StateDeps): Promise<readonly Finding[]> {
  return judgeLocks(await listLocks())
}

export function examineJournals({journals}: StateDeps): readonly Finding[] {
  return judgeJournalFiles(journals.map(({name, inspect}) => ({name, ...inspect()})))
}

export function examineDelivery({outbox, readClock}: StateDeps): readonly Finding[] {
  return judgeDelivery(outbox.read(), readClock().at)
}

export async function examineWatchdog(deps: StateDeps): Promise<readonly Finding[]> {
  const {crontabLines, watchdogs, settingsFile, watchedJobs, watchdogTimer} = deps
  const lines = (await crontabLines()).lines.filter(({calls}) => calls === 'watchdog')
  const timer = lines.length > 0 ? undefined : await watchdogTimer()
  const jobs = watchedJobs()
  const start = judgeWatchdogStart({seen: watchdogs(), settingsFile, lines, timer, jobs})
  return [start, ...judgeSharedJobs(jobs.shared)]
}

export async function examineScheduler(
  {lookAtScheduler, crontabLines}: StateDeps,
  jobs: readonly PlannedJob[],
): Promise<readonly Finding[]> {
  const facts = await lookAtScheduler()
  // The crontabs are not read for a scheduler that was never used.
  return facts.is === 'never-used' ? [] : judgeSchedulerStart(facts, jobs, await crontabLines())
}
