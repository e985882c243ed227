import type {Suppressed} from '../../usecases/alert/read-suppressed.js'
import {countsText, paintLevel} from './alert.js'
import type {Page} from './page.js'
import {renderTable} from './table.js'
import {whenText, zoneText} from './times.js'

/** `guard alerts --suppressed`: how many of each level, then a row for each, the newest first. */
export function renderSuppressed(page: Page, all: readonly Suppressed[]): string {
  const rows = all.map((one) => ({cells: cellsOf(page, one)}))
  const table = renderTable(page, [`TIME (${zoneText(page)})`, 'LEVEL', 'CHANNEL', 'WHY NOT SENT', 'MESSAGE'], rows)
  return page.isTerminal ? `${countsText(all)}\n${table}` : table
}

/** `guard alerts --suppressed --follow`: one line. */
export function renderSuppressedLine(page: Page, one: Suppressed): string {
  return cellsOf({...page, isTerminal: false}, one).join('  ')
}

function cellsOf(page: Page, {timestamp, level, channel, message, reason}: Suppressed): readonly string[] {
  return [whenText(page, Date.parse(timestamp)), paintLevel(level), channel, reason, message]
}
