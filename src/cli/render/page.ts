/** What texts for people are written on. */
export interface Page {
  /** Not so in a pipe, a file or cron's mail: there each record is one line. */
  readonly isTerminal: boolean
  /** Columns of the terminal, within what people can read. */
  readonly width: number
  /** Lines of the terminal. */
  readonly height: number
  /** Whether the locale can show signs beyond ASCII: not so under cron. */
  readonly isUnicode: boolean
  /** Wall clock, ms. */
  readonly nowMs: number
  /** Times in UTC instead of the zone of the machine. */
  readonly utc: boolean
}

const [narrowest, widest] = [60, 200]

export interface Sheet {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}

export function pageOf({isTTY, columns, rows}: Sheet, utc: boolean): Page {
  // A terminal whose size nobody has set says 0.
  const width = Math.min(widest, Math.max(narrowest, columns || 80))
  const {LC_ALL, LC_CTYPE, LANG} = process.env
  // The first of them that is set decides, as in locale(7).
  const isUnicode = /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '')
  return {isTerminal: isTTY === true, width, height: rows || 24, isUnicode, nowMs: Date.now(), utc}
}

/** The beginning of a text that is drawn again and again: a terminal would scroll it away, and the worst stands first. */
export function cutToScreen({height}: Page, text: string): string {
  const lines = text.split('\n')
  const room = Math.max(1, height - 2)
  if (lines.length <= room + 1) return text
  return [...lines.slice(0, room), `${lines.length - room} more lines: guard status`].join('\n')
}
