import {stripVTControlCharacters} from 'node:util'
import {formatDuration} from '../../domain/clock/duration.js'
import type {CommandResult} from '../process/run-command.js'

/** Something that can be restarted through its manager. Whatever goes wrong is an answer with its reason, never an exception. */
export interface Service {
  /** Asks the manager to restart it; the answer says only what the manager said. */
  restart(): Promise<RestartAnswer>
  isUp(): Promise<ServiceState>
}

export type RestartAnswer = {readonly ok: true; readonly detail: string} | {readonly ok: false; readonly reason: string}

/**
 * - up: runs, and is ready where the manager knows about that.
 * - starting: on its way, or tried again by its manager.
 * - down: not running now.
 * - failed: not running, and its manager has given up on it.
 * - unknown: the manager cannot be asked now.
 * - uncheckable: nobody can ever tell.
 */
export interface ServiceState {
  readonly state: 'up' | 'starting' | 'down' | 'failed' | 'unknown' | 'uncheckable'
  /** What the manager says of it, for people. */
  readonly detail: string
  /** Tells one life of the service from the next. */
  readonly incarnation?: string
}

/** Why a call of a manager's command line failed, or undefined when it did not. */
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

const mostWords = 300

/** The last lines that a program said, its errors first. */
export function lastWords({stderr, stdout}: Pick<CommandResult, 'stderr' | 'stdout'>): string {
  const text = stderr.trim() === '' ? stdout : stderr
  const lines = stripVTControlCharacters(text)
    .split('\n')
    .map((line) => line.trim())
  return lines.filter(Boolean).slice(-3).join('; ').slice(-mostWords)
}
