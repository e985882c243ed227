import {createInterface} from 'node:readline'
import {showControls} from '../domain/log/show-controls.js'
import {GuardError} from '../errors.js'
import type {PlannedChange, PlannedChanges} from '../usecases/crontab/change-crontabs.js'
import type {DiscoverDeps} from '../usecases/crontab/discover-crontabs.js'
import type {Call} from './command/definition.js'
import type {Guard} from './guard.js'
import {writeOut} from './output/stdout.js'
import {isTerminal} from './output/terminal.js'
import {
  changeToJson,
  changeView,
  renderChanges,
  renderLeft,
  renderUnreadable,
  shortTitle,
} from './render/crontab-change.js'
import {writeChange} from './wire/crontab.js'

/** Texts for what is done. */
interface ChangeWords {
  /** Said when there is nothing to do. */
  readonly nothing: string
  /** Said below what would be done. */
  readonly note: (changes: readonly PlannedChange[]) => string
}

/**
 * Shows what would change, asks, and writes each crontab that can be written. Throws GuardError `usage` where there is neither
 * a terminal to ask on nor `--yes`, and as `writeCrontab` for those that could not, with what was written.
 */
export async function changeCrontabs(
  {show, print, json, flags}: Pick<Call, 'show' | 'print' | 'json'> & {flags: {readonly yes: boolean | undefined}},
  guard: Guard,
  deps: DiscoverDeps,
  {changes, unreadable, left}: PlannedChanges,
  {nothing, note}: ChangeWords,
): Promise<object> {
  if (unreadable.length > 0) {
    process.exitCode = 1
    show(renderUnreadable, unreadable)
  }
  if (left.length > 0) show(renderLeft, left)
  const shown = {unreadable, left, changes: changes.map((change) => changeToJson(change, undefined))}
  if (changes.length === 0) {
    print(nothing)
    return shown
  }
  show(renderChanges, changes.map(changeView))
  const wanted = changes.filter(({crontab, after}) => after !== crontab.bytes)
  if (wanted.length === 0) return shown
  print('', note(changes))
  if (flags.yes !== true && !(await isAgreed(wanted, json))) {
    print('nothing was written')
    return shown
  }
  guard.ensureState()
  const written: object[] = []
  const failed: FailedChange[] = []
  for (const change of wanted) {
    const {title} = change.crontab
    try {
      const backup = writeChange(guard, deps, change)
      print(`${shortTitle(title)} is written; the former one is ${backup}`)
      written.push(changeToJson(change, backup))
    } catch (error) {
      // Each crontab is changed as a whole or not at all, and says nothing of the others.
      failed.push({change, error: writeError(error, title)})
    }
  }
  if (failed.length > 0) throw unwritten(failed, {unreadable, left, changes: written})
  return {unreadable, left, changes: written}
}

interface FailedChange {
  readonly change: PlannedChange
  readonly error: GuardError
}

/** Throws what is a fault of guard's own. */
function writeError(error: unknown, title: string): GuardError {
  if (error instanceof GuardError) return error
  const {syscall, message} = error as NodeJS.ErrnoException
  if (syscall === undefined) throw error
  return new GuardError('io', `${title} cannot be written: ${message}`, [], {cause: error})
}

/** What could not be written, beside what was. */
function unwritten(failed: readonly FailedChange[], done: object): GuardError {
  const details = {
    ...done,
    failed: failed.map(({change, error: {kind, message, hints}}) => {
      return {...changeToJson(change, undefined), error: {kind, message, hints}}
    }),
  }
  const hints = [...new Set(failed.flatMap(({error}) => error.hints))]
  const message = failed.map(({error}) => error.message).join('; ')
  return new GuardError('io', message, hints, {cause: failed[0]?.error, details})
}

async function isAgreed(changes: readonly PlannedChange[], json: boolean): Promise<boolean> {
  const files =
    changes.length === 1 ? showControls(shortTitle(changes[0]?.crontab.title ?? '')) : `${changes.length} crontabs`
  if (json || !isTerminal('stdin') || !isTerminal('stdout')) {
    throw new GuardError('usage', `this would change ${files}, and there is no terminal to ask on`, ['add --yes'])
  }
  writeOut(`Write ${files}? [y/N] `)
  return /^y(?:es)?$/i.test((await answer()).trim())
}

/** One line from the terminal, empty at its end. The terminal itself edits the line and sends the signals. */
async function answer(): Promise<string> {
  const reader = createInterface({input: process.stdin, terminal: false})
  const line = await new Promise<string>((resolve) => {
    reader.once('line', resolve)
    reader.once('close', () => resolve(''))
  })
  reader.close()
  return line
}
