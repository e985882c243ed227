import {unendedLine} from './judge-line.js'
import {type CrontabLine, contentOf, parseCrontab} from './line.js'
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

/** The former crontab, and what became of each change. */
interface Unwrapped {
  readonly text: string
  readonly restored: readonly {readonly number: number; readonly now: string; readonly former: string | undefined}[]
  /** Numbers of the lines that were changed by hand, and stay. */
  readonly kept: readonly number[]
}

/** Takes the changes back, of all lines or of those that are wanted. Their numbers begin with 1. */
export function withoutEdits(
  lines: readonly {readonly bytes: string}[],
  isWanted: ((number: number) => boolean) | undefined,
): Unwrapped {
  const restored: Unwrapped['restored'][number][] = []
  const kept: number[] = []
  let text = ''
  for (let index = 0; index < lines.length; index++) {
    const bytes = lines[index]?.bytes ?? ''
    const next = contentOf(lines[index + 1]?.bytes ?? '')
    const former = bytes.startsWith(was) ? contentOf(bytes.slice(was.length)) : undefined
    const mine = (former !== undefined || bytes.startsWith(added)) && callsGuard(next)
    if (mine && (isWanted?.(index + 2) ?? true)) {
      if (former !== undefined && !keepsSchedule(former, next)) {
        kept.push(index + 2)
        text += bytes
        continue
      }
      restored.push({number: index + 2, now: next, former})
      text += former === undefined ? '' : `${former}\n`
      index += 1
    } else if (contentOf(bytes) === newline && isWanted === undefined) {
      text = index === lines.length - 1 || restOfAdded(lines.slice(index + 1)) ? contentOf(text) : text
    } else text += bytes
  }
  return {text, restored, kept}
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
