import {unendedLine} from './judge-line.js'
import {type CrontabLine, contentOf, type JobView, parseCrontab} from './line.js'
import {callsGuard} from './wrap.js'

/**
 * What guard has changed in a crontab stands in the crontab, so that `remove` needs nothing else: the former line above
 * each one that was wrapped, and a comment above each that was added.
 */
const was = '# guard-was: '
const added = '# guard-added: '
const newline = '# guard-added-newline'

/** Lines of a crontab with their places, which begin with 0. */
interface CrontabEdits {
  /** Contents, without line feeds, that take the place of others. */
  readonly replaced: ReadonlyMap<number, string>
  readonly added: readonly {readonly name: string; readonly content: string}[]
}

/** The crontab with the changes, and with a line feed at its end where cron or a further line needs one. */
export function withEdits(lines: readonly CrontabLine[], edits: CrontabEdits): string {
  const parts = lines.map(({bytes}, index) => {
    const content = edits.replaced.get(index)
    return content === undefined ? bytes : `${was}${contentOf(bytes)}\n${content}${bytes.endsWith('\n') ? '\n' : ''}`
  })
  const text = parts.join('')
  const isEnded = text === '' || text.endsWith('\n')
  const needsEnd = !isEnded && (edits.added.length > 0 || unendedLine(lines) !== undefined)
  const ended = needsEnd ? `${text}\n${newline}\n` : text
  return ended + edits.added.map(({name, content}) => `${added}${name}\n${content}\n`).join('')
}

/** A line that guard has changed and does not take back. */
export interface KeptLine {
  readonly number: number
  readonly reason: string
}

/** The former crontab, and what became of each change. */
interface Unwrapped {
  readonly text: string
  readonly restored: readonly {readonly number: number; readonly now: string; readonly former: string | undefined}[]
  readonly kept: readonly KeptLine[]
}

/** Takes the changes back, of all lines or of those that are wanted. Their numbers begin with 1. */
export function withoutEdits(
  lines: readonly CrontabLine[],
  isWanted: ((number: number) => boolean) | undefined,
): Unwrapped {
  const restored: Unwrapped['restored'][number][] = []
  const kept: KeptLine[] = []
  let text = ''
  for (let index = 0; index < lines.length; index++) {
    const bytes = lines[index]?.bytes ?? ''
    const mark = markOf(bytes)
    const changed = mark && changedLine(lines, index, mark)
    if (mark && changed && (isWanted?.(changed.number) ?? true)) {
      const {number, reason} = changed
      if (reason !== undefined) {
        kept.push({number, reason})
        text += bytes
        continue
      }
      restored.push({number, now: contentOf(lines[index + 1]?.bytes ?? ''), former: mark.former})
      text += mark.former === undefined ? '' : `${mark.former}\n`
      index += 1
    } else if (contentOf(bytes) === newline && isWanted === undefined) {
      text = index === lines.length - 1 || restOfAdded(lines.slice(index + 1)) ? contentOf(text) : text
    } else text += bytes
  }
  return {text, restored, kept}
}

/** A comment by which guard knows a line as its own. */
interface Mark {
  /** Undefined for a line that guard has added. */
  readonly former: string | undefined
  /** Of what was added. */
  readonly name: string
}

function markOf(bytes: string): Mark | undefined {
  if (bytes.startsWith(was)) return {former: contentOf(bytes.slice(was.length)), name: ''}
  return bytes.startsWith(added) ? {former: undefined, name: contentOf(bytes.slice(added.length))} : undefined
}

/** The line that belongs to a mark, and why it stays. @returns undefined if there is none any more */
function changedLine(
  lines: readonly CrontabLine[],
  at: number,
  mark: Mark,
): {readonly number: number; readonly reason?: string} | undefined {
  const next = lines[at + 1]
  const number = at + 2
  if (!next) return undefined
  if (isCall(next)) return belongs(mark, next) ? {number} : {number, reason: 'its schedule was changed since'}
  if (commentedCall(next)) return mark.former === undefined ? {number} : {number, reason: 'it is commented out'}
  for (let index = at + 1; index < lines.length; index++) {
    const line = lines[index]
    if (!line || markOf(line.bytes)) return undefined
    if (line.view.kind !== 'job') continue
    // Below another job it could be a line of any program.
    if (!isCall(line) || !line.bytes.includes(mark.name) || !belongs(mark, line)) return undefined
    const comment = `guard's comment on it, line ${at + 1}, is no longer right above it`
    return {number: index + 1, reason: `${comment}: move it there, then do this again`}
  }
  return undefined
}

function isCall({bytes, view}: CrontabLine): boolean {
  return view.kind !== 'comment' && callsGuard(contentOf(bytes))
}

/** A line that calls guard and is commented out, as it would be without that. */
export function commentedCall({bytes, view}: CrontabLine): JobView | undefined {
  if (view.kind !== 'comment' || markOf(bytes)) return undefined
  const line = parseCrontab(bytes.replace(/^[ \t]*(?:#[ \t]*)+/, ''), false)[0]?.view
  return line?.kind === 'job' && callsGuard(line.command) ? line : undefined
}

function belongs({former}: Mark, {bytes}: CrontabLine): boolean {
  return former === undefined || keepsSchedule(former, contentOf(bytes))
}

/** A schedule that was changed since must not come back unseen. */
function keepsSchedule(former: string, now: string): boolean {
  return scheduleOf(former) === scheduleOf(now)
}

function scheduleOf(line: string): string | undefined {
  const view = parseCrontab(line, false)[0]?.view
  return view?.kind === 'job' ? `${view.isUnlogged ? '-' : ''}${view.schedule}` : undefined
}

/** Whether nothing follows but lines that guard has added. */
function restOfAdded(lines: readonly {readonly bytes: string}[]): boolean {
  return lines.every(({bytes}, index) => (index % 2 === 0 ? bytes.startsWith(added) : callsGuard(contentOf(bytes))))
}
