import {shellWord} from '../crontab/shell-word.js'
import {channelPlaceOf} from '../delivery/channel-place.js'
import type {OutboxState} from '../delivery/outbox.js'
import type {ChannelQueue} from '../delivery/queue.js'
import {listNames} from '../health/list-names.js'
import {judgeOutbox} from '../health/outbox.js'
import {type JournalFacts, judgeJournals} from '../health/state.js'
import type {LockVerdict} from '../locks/lock.js'
import {ownWatchdog, type SeenWatchdog} from '../watchdog/watchdogs.js'
import {type CronLine, placeOf} from './cron-line.js'
import {type Finding, finding} from './finding.js'

/** What was found about the lock files of the settings. */
export interface LockFindings {
  readonly locks: readonly (LockVerdict & {readonly path: string})[]
  readonly unreadable: readonly string[]
}

export function judgeLocks({locks, unreadable}: LockFindings): readonly Finding[] {
  const stale = locks.filter(({verdict}) => verdict === 'stale')
  const folders = unreadable.map((folder) =>
    finding('locks', 'look', `${folder} cannot be searched for locks`, {mend: `ls -ld ${shellWord(folder)}`}),
  )
  if (stale.length === 0)
    return folders.length > 0
      ? folders
      : [finding('locks', 'well', 'locks', {proof: `${locks.length} found, none stale`})]
  const [first] = stale
  const what = stale.length === 1 ? `${first?.path} is a stale lock` : `${stale.length} locks are stale`
  const proof =
    stale.length === 1
      ? (first?.reason ?? '')
      : listNames(
          stale.map(({path, reason}) => `${path}: ${reason}`),
          '; ',
        )
  const note = 'into the quarantine; guard locks restore brings them back'
  return [finding('locks', 'look', what, {proof, mend: 'guard locks clear', note, fixable: true}), ...folders]
}

export function judgeJournalFiles(journals: readonly JournalFacts[]): readonly Finding[] {
  const {verdict, reason, facts} = judgeJournals(journals)
  const known = journals.filter(({generation}) => generation > 0)
  if (verdict === 'healthy')
    return [finding('journals', 'well', `journals (${known.length} in use, ${badLines(Number(facts['garbage']))})`)]
  const isNeglected = /no compaction has succeeded/.test(reason)
  const mend = isNeglected ? {mend: 'guard doctor --fix', fixable: true} : {mend: 'guard health --json'}
  return [finding('journals', 'look', 'Journals have problems', {proof: reason, ...mend})]
}

function badLines(count: number): string {
  return count === 1 ? '1 bad line' : `${count} bad lines`
}

/** Whether alerts leave the machine. */
export function judgeDelivery(outbox: OutboxState, nowMs: number): readonly Finding[] {
  const {verdict, reason} = judgeOutbox(outbox, nowMs)
  const failing = Array.from(outbox.channels).filter(([, {lastFailure}]) => lastFailure)
  const dead = Array.from(outbox.channels).filter(([, queue]) => queue.dead.length > 0)
  if (failing.length + dead.length > 0)
    return [
      ...failing.map(([channel, queue]) => channelFails(channel, queue, testCommand(outbox, channel))),
      ...dead.map(givenUp),
    ]
  if (verdict === 'healthy') return [finding('alerts', 'well', 'alerts', {proof: reason})]
  return [finding('alerts', 'look', 'Alerts are late', {proof: reason, mend: 'guard alerts deliver'})]
}

/** A channel of other settings than the plain name stands for is tried with those. */
function testCommand({channelFiles}: OutboxState, channel: string): string {
  const {name, settingsFile} = channelPlaceOf(channelFiles, channel)
  const config = name === channel || settingsFile === undefined ? '' : ` --config ${shellWord(settingsFile)}`
  return `guard alerts test ${name}${config}`
}

function channelFails(channel: string, {lastFailure, waiting}: ChannelQueue, mend: string): Finding {
  const waits = waiting.length === 1 ? '1 message waits' : `${waiting.length} messages wait`
  const proof = `${lastFailure?.reason ?? ''}; ${waits}`
  return finding('alerts', 'wrong', `Channel ${channel} does not deliver alerts`, {
    proof,
    mend,
  })
}

function givenUp([channel, {dead}]: readonly [string, ChannelQueue]): Finding {
  const what = dead.length === 1 ? '1 alert was' : `${dead.length} alerts were`
  return finding('alerts', 'look', `${what} never delivered by ${channel}`, {
    proof: dead.at(-1)?.lastReason ?? 'given up',
    mend: 'guard alerts retry',
  })
}

interface WatchdogFacts {
  readonly seen: readonly SeenWatchdog[]
  /** Empty without one. */
  readonly settingsFile: string
  /** The lines of crontabs that start it. */
  readonly lines: readonly CronLine[]
  /** The timer of systemd that starts it, if one is active. */
  readonly timer: string | undefined
  /** How many jobs the settings have it watch, and how many of them no watchdog does that makes its rounds. */
  readonly jobs: {readonly all: number; readonly unwatched: number}
}

/** A job that the watchdogs of several settings files judge, each by its own rules. */
export interface SharedJob {
  readonly job: string
  readonly settingsFiles: readonly string[]
}

/** Where a rule differs, one of them may find well what the other does not, and each tells it by its own channels. */
export function judgeSharedJobs(shared: readonly SharedJob[]): readonly Finding[] {
  const [first] = shared
  if (!first) return []
  const what = shared.length === 1 ? `${first.job} is judged` : `${shared.length} jobs are judged`
  const files = [...new Set(shared.flatMap(({settingsFiles}) => settingsFiles))]
  const names = shared.length === 1 ? '' : `${listNames(shared.map(({job}) => job))}: `
  return [
    finding('watchdog', 'look', `${what} by watchdogs with several settings`, {
      proof: `${names}${listNames(files)}`,
      note: 'name the job in one of them alone, or give each a stateDir of its own',
    }),
  ]
}

const neverUsed = {is: 'never-used'} as const

/** Whether anything would notice that a job did not run. */
export function judgeWatchdogStart({seen, settingsFile, lines, timer, jobs}: WatchdogFacts): Finding {
  const own = ownWatchdog(seen, settingsFile)
  const state = own?.state ?? neverUsed
  const [line] = lines
  const starter = line ? placeOf(line) : timer
  const isOther = own?.settingsFile !== undefined && own.settingsFile !== settingsFile
  if (state.is === 'on-time' && isOther && jobs.unwatched > 0)
    return finding('watchdog', 'look', 'No watchdog makes rounds with these settings', {
      proof: `${own.settingsFile || 'a watchdog without settings'}: ${state.reason}`,
      mend: `guard watchdog --config ${shellWord(settingsFile)}`,
      note: 'each minute, from the crontab',
    })
  if (state.is === 'on-time') return finding('watchdog', 'well', 'watchdog', {proof: state.reason})
  if (starter !== undefined && state.is === 'late')
    return finding('watchdog', 'wrong', 'Watchdog is late', {
      proof: `${state.reason}, though ${starter} starts it`,
      mend: 'guard watchdog',
      note: 'shows what keeps it',
    })
  if (starter !== undefined)
    return finding('watchdog', 'look', 'Watchdog has never made a round', {
      proof: `${starter} starts it`,
      mend: 'guard watchdog',
    })
  if (jobs.all === 0) return finding('watchdog', 'well', 'watchdog (no job to watch)')
  const why = state.is === 'late' ? state.reason : 'a missed run would not be noticed'
  return finding('watchdog', 'wrong', 'Watchdog is not scheduled', {
    proof: `${why}; no crontab line, no timer of systemd`,
    mend: 'guard crontab install --watchdog',
  })
}
