import type {ComingSlot} from '../../usecases/schedule/coming-slots.js'
import type {Page} from './page.js'
import {renderTable} from './table.js'
import {whenText, zoneText} from './times.js'

/** `guard scheduler next`: a row for each slot, the earliest first. */
export function renderComingSlots(page: Page, slots: readonly ComingSlot[]): string {
  return renderTable(
    page,
    ['JOB', `DUE (${zoneText(page)})`, 'SCHEDULE'],
    slots.map(({job, dueMs, schedule, timezone, slotMs}) => {
      const zone = timezone === undefined ? '' : ` in ${timezone}`
      const spread = dueMs === slotMs ? '' : `, ${Math.round((dueMs - slotMs) / 1000)} s later by spread`
      return {cells: [job, whenText(page, dueMs), `${schedule}${zone}${spread}`]}
    }),
  )
}

/** The same for `--json`. */
export function comingSlotToJson({job, slotMs, dueMs, schedule, timezone}: ComingSlot): object {
  return {
    job,
    slot: new Date(slotMs).toISOString(),
    dueAt: new Date(dueMs).toISOString(),
    schedule,
    timezone: timezone ?? null,
  }
}
