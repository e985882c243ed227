import {stripVTControlCharacters} from 'node:util'
import {formatDuration} from '../../domain/clock/duration.js'
import type {CommandResult} from '../process/run-command.js'

/** A service that its manager can restart. A failure is a result with its reason, never an exception. */
export interface Service {
  /** Asks the manager to restart it. The result is the answer of the manager, which does not prove that it is up. */
  restart(): Promise<RestartAnswer>
  isUp(): Promise<ServiceState>
}

export type RestartAnswer = {readonly ok: true; readonly detail: string} | FailedRestart

interface FailedRestart {
  readonly ok: false
  readonly reason: string
  /** The manager was not reached, so nothing has changed. */
  readonly notStarted?: true
}

/**
 * - up: runs, and is ready where the manager knows about that.
 * - starting: about to run, or restarted by its manager.
 * - down: not running now.
 * - failed: not running, and its manager does not restart it.
 * - unknown: the manager cannot be asked now.
 * - uncheckable: the settings have no check for it, or it is one that ends when it has done its work.
 */
export interface ServiceState {
  readonly state: 'up' | 'starting' | 'down' | 'failed' | 'unknown' | 'uncheckable'
  /** The report of the manager, for people. */
  readonly detail: string
  /** Changes with each restart of the service, like a pid. */
  readonly incarnation?: string
}

/** Why a call of a manager's command line failed. @returns undefined if it succeeded */
export function callProblem(argv: readonly string[], timeoutMs: number, result: CommandResult): string | undefined {
  const [program = ''] = argv
  if (result.spawnError === 'ENOENT') return `${program} is not on this machine, or not in PATH`
  if (result.spawnError !== undefined) return `${program} cannot be started (${result.spawnError})`
  if (result.timedOut) return `no answer within ${formatDuration(timeoutMs)}: ${argv.join(' ')}`
  if (result.exitCode === 0) return undefined
  const end = result.signal ? `died of ${result.signal}` : `exit ${result.exitCode}`
  const words = lastWords(result)
  return words === '' ? `${end}: ${argv.join(' ')}` : `${words} (${end})`
}

export function failedRestart(reason: string, {spawnError}: Pick<CommandResult, 'spawnError'>): FailedRestart {
  return {ok: false, reason, ...(spawnError !== undefined && {notStarted: true})}
}

const mostWords = 300

/** The last lines of standard error, or of standard output if that is empty. */
export function lastWords({stderr, stdout}: Pick<CommandResult, 'stderr' | 'stdout'>): string {
  const text = stderr.trim() === '' ? stdout : stderr
  const lines = stripVTControlCharacters(text)
    .split('\n')
    .map((line) => line.trim())
  return lines.filter(Boolean).slice(-3).join('; ').slice(-mostWords)
}
