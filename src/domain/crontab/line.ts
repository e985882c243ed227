/**
 * A crontab as lines, each of which is its bytes and a view of them. The bytes stand one each in the characters of a
 * string (latin1), so that those that are not UTF-8 survive, and the lines together are the file again.
 */
export interface CrontabLine {
  /** With its line feed, which only the last line may lack. */
  readonly bytes: string
  readonly view: LineView
}

type LineView = {readonly kind: 'blank' | 'comment' | 'wrong'} | VariableView | JobView

export interface VariableView {
  readonly kind: 'variable'
  readonly name: string
  /** As it is written, quotes included. */
  readonly value: string
}

export interface JobView {
  readonly kind: 'job'
  /** cronie: a `-` before the schedule keeps the job out of the system's log. */
  readonly isUnlogged: boolean
  /** As it is written. */
  readonly schedule: string
  /** Empty if the line ends before it; undefined in a crontab without users. */
  readonly user?: string
  /** Where the command begins in `bytes`. */
  readonly commandAt: number
  /** Up to the end of the line, standard input included. */
  readonly command: string
  /** What cron takes for the command: behind a user also the blanks before it, but the first. */
  readonly commandBytes: number
}

/** The user column is in /etc/crontab and /etc/cron.d. */
export function parseCrontab(bytes: string, hasUsers: boolean): readonly CrontabLine[] {
  return (bytes.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((line) => ({
    bytes: line,
    view: viewOf(contentOf(line), hasUsers),
  }))
}

/** A line without its line feed. */
export function contentOf(bytes: string): string {
  return bytes.endsWith('\n') ? bytes.slice(0, -1) : bytes
}

/** A quote is one at the beginning of a name only, and whatever isspace(3) knows is a blank, except before the name. */
const variable = /^[ \t]*("[^"=]*"|'[^'=]*'|(?!["'])[^ \t\r\v\f=]*)[ \t\r\v\f]*=[ \t\r\v\f]*(.*)$/s
const blanksAtEnd = /(?<![ \t\r\v\f])[ \t\r\v\f]+$/
const job = /^[ \t]*(-?)(@[^ \t]*|(?:[^ \t]+[ \t]+){4}[^ \t]+)(?:[ \t]+|$)/

function viewOf(content: string, hasUsers: boolean): LineView {
  if (/^[ \t\r]*$/.test(content)) return {kind: 'blank'}
  if (/^[ \t]*#/.test(content)) return {kind: 'comment'}
  const [, name, value] = variable.exec(content) ?? []
  if (name !== undefined && value !== undefined)
    return {kind: 'variable', name: unquoted(name), value: value.replace(blanksAtEnd, '')}
  const match = job.exec(content)
  return match ? jobView(content, match, hasUsers) : {kind: 'wrong'}
}

function jobView(content: string, [all, dash, schedule = '']: RegExpExecArray, hasUsers: boolean): JobView {
  const user = hasUsers ? (/^([^ \t]*)[ \t]*/.exec(content.slice(all.length)) ?? []) : []
  const [column = '', name = ''] = user
  const commandAt = all.length + column.length
  const command = content.slice(commandAt)
  return {
    kind: 'job',
    isUnlogged: dash !== '',
    schedule,
    ...(hasUsers && {user: name}),
    commandAt,
    command,
    commandBytes: Math.max(0, column.length - name.length - 1) + command.length,
  }
}

/** The value of a variable as cron takes it. */
export function unquoted(text: string): string {
  return /^(["']).*\1$/s.test(text) && text.length > 1 ? text.slice(1, -1) : text
}

/** The command for the shell, and from the first bare `%` on what the job gets as standard input. */
export function splitCommand(command: string): {readonly shell: string; readonly input: string} {
  const [shell = ''] = /^(?:[^\\%]|\\[\s\S]?)*/.exec(command) ?? []
  return {shell, input: command.slice(shell.length)}
}

/** Text for people: the bytes as UTF-8. */
export function readable(bytes: string): string {
  if (!/[\x80-\xff]/.test(bytes)) return bytes
  return new TextDecoder().decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)))
}
