import {existsSync} from 'node:fs'
import {isatty} from 'node:tty'
import {toldAsTroubleOf} from '../../domain/alert/alert.js'
import type {Settings} from '../../domain/settings/settings.js'
import {inOneLine, type WrongSettings, wrongWatchedJobs} from '../../domain/settings/wrong.js'
import {GuardError} from '../../errors.js'
import type {Journal} from '../../journal/journal.js'
import type {JournalSpec} from '../../journal/spec.js'
import type {Clock} from '../../system/host/clock.js'
import {sayOnce} from '../../usecases/alert/say-once.js'
import {printWarning, warnOnce} from '../output/stderr.js'
import {wireSayOnce} from '../wire/say-once.js'
import {reasonOfWrong} from './wrong-settings-reason.js'

/** What is needed of `Guard`. */
export interface Announcer {
  readonly settings: Settings
  readonly hasStateDir: boolean
  readonly stateDir: string
  readonly clock: Clock
  ensureState(): void
  journal<S>(spec: JournalSpec<S>): Journal<S>
  log(text: string): void
}

/** A process that stays opens its settings again and again. */
const warnOfSettings = warnOnce(printWarning)

type SaidSettings = Pick<WrongSettings, 'message' | 'notice' | 'jobs'>

/**
 * Says that parts of the settings are wrong: on a terminal in each process, else in the process that records it, because cron
 * mails what is printed.
 *
 * @returns what records it, to be called once the state directory can be used
 */
export function announceWrongSettings(guard: Announcer, wrong: SaidSettings): () => void {
  const isTerminal = isatty(2)
  if (isTerminal) warnOfSettings(wrong.message)
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    const reason = reasonOfWrong(wrong)
    const logText = inOneLine(wrong.message)
    const message = inOneLine(wrong.notice ?? wrong.message)
    const details = wrong.notice === undefined ? {[toldAsTroubleOf]: wrongWatchedJobs(wrong)} : {}
    const isNews = sayOnce(wireSayOnce(guard), {component: 'settings', message, reason, logText, details})
    if (isNews && !isTerminal) printWarning(wrong.message)
  }
}

/** Records it where a state directory exists; a command that only reads makes none. */
export function recordIfPossible(guard: Announcer): void {
  if (guard.hasStateDir && existsSync(guard.stateDir)) recordWrongSettings(guard)
}

/** Records it, in a new state directory if need be. A directory that cannot be used is reported by what needs it. */
export function recordWrongSettings(guard: Announcer): void {
  try {
    guard.ensureState()
  } catch (error) {
    if (!(error instanceof GuardError) && (error as NodeJS.ErrnoException).syscall === undefined) throw error
  }
}
