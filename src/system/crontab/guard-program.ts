import {realpathSync} from 'node:fs'
import {shellWord} from '../../domain/crontab/shell-word.js'
import {findOnPath} from '../host/find-on-path.js'
import {isStandalone, programFile} from '../host/program.js'

const known = new Map<string | undefined, string>()

/** As `findGuard`; a crontab has the same PATH for many lines. */
export function guardProgram(path: string | undefined): string {
  const words = known.get(path) ?? findGuard(path)
  known.set(path, words)
  return words
}

/**
 * The words that start this guard where PATH has this value (undefined: any): its name alone where that finds it, else
 * absolute paths of guard and, in the form of npm, of Node.
 */
function findGuard(path: string | undefined): string {
  const found = path === undefined ? undefined : findOnPath('guard', path)
  const isFound = found !== undefined && realpathSync(found) === realpathSync(programFile())
  const guard = isFound ? 'guard' : wordOf(stablePath())
  const needsNode = !isStandalone && (path === undefined || findOnPath('node', path) === undefined)
  return needsNode ? `GUARD_NODE=${wordOf(process.execPath)} ${guard}` : guard
}

/** The name by which people call it stays when its package is replaced. */
function stablePath(): string {
  const found = findOnPath('guard', process.env['PATH'] ?? '')
  return found !== undefined && realpathSync(found) === realpathSync(programFile()) ? found : programFile()
}

/** A path as a word of a crontab, one byte in each character. A bare `%` would end the command. */
export function wordOf(path: string): string {
  return Buffer.from(shellWord(path).replaceAll('%', '\\%')).toString('latin1')
}
