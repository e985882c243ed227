import {parseSlotKey, slotKey} from '../../domain/scheduler/slot-key.js'
import {GuardError} from '../../errors.js'

/** What `--slot` says of a run that is for no slot: a person asks for it. */
export const noSlot = 'none'

/**
 * @returns the key of the slot, of which only the time may be given; undefined for none. Throws GuardError `usage`
 */
export function checkedSlot(given: string, job: string): string | undefined {
  if (given === noSlot) return undefined
  if (parseSlotKey(given)?.job === job) return given
  const slotMs = slotTime.test(given) && isOfCalendar(given.slice(0, 16)) ? Date.parse(given) : Number.NaN
  if (!Number.isNaN(slotMs)) return slotKey(job, slotMs)
  throw new GuardError('usage', `--slot ${JSON.stringify(given)} is not a slot of ${job}`, [
    'write its time, with its zone: --slot 2026-11-29T02:00:00Z',
    `or its key, the job and the time: --slot ${slotKey(job, 0)}`,
    `or for no slot at all: --slot ${noSlot}`,
  ])
}

/** ISO 8601 with a zone, because hosts of a fleet may be in several. */
const slotTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/

/** `Date.parse` takes 30 February for a day of March, and 24:00 for the next day. */
function isOfCalendar(minute: string): boolean {
  const ms = Date.parse(`${minute}Z`)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(minute)
}
