import type {Page} from '../../src/cli/render/page.js'

/** A terminal in UTC, of a locale that shows all signs. */
export function terminalPage(changes: Partial<Page> = {}): Page {
  return {isTerminal: true, width: 80, height: 24, isUnicode: true, nowMs: 0, utc: true, ...changes}
}

/** A pipe, under cron. */
export function pipePage(changes: Partial<Page> = {}): Page {
  return terminalPage({isTerminal: false, isUnicode: false, ...changes})
}
