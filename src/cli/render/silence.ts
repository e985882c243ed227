import type {Silence} from '../../domain/delivery/silence.js'
import type {Page} from './page.js'
import {renderTable} from './table.js'
import {whenText} from './times.js'

/** `guard alerts silence list`. */
export function renderSilences(page: Page, silences: readonly Silence[]): string {
  return renderTable(
    page,
    ['ID', 'WHAT', 'END', 'OWNER', 'REASON'],
    silences.map((silence) => ({
      cells: [silence.id.slice(0, 4), patternText(silence), endText(page, silence), silence.owner, silence.reason],
    })),
  )
}

export function patternText({job, class: failureClass, group}: Silence): string {
  const parts = [
    job === undefined ? undefined : `job ${job}`,
    failureClass === undefined ? undefined : `class ${failureClass}`,
    group === undefined ? undefined : `group ${group}`,
  ]
  return parts.filter((part) => part !== undefined).join(', ')
}

function endText(page: Page, {untilMs, untilHealthy}: Silence): string {
  return untilHealthy ? `once well, at most ${whenText(page, untilMs)}` : whenText(page, untilMs)
}

export function silenceToJson({untilMs, addedMs, hasMet: _, ...silence}: Silence): object {
  return {...silence, addedAt: new Date(addedMs).toISOString(), until: new Date(untilMs).toISOString()}
}
