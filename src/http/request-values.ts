import {z} from '@hono/zod-openapi'
import {durationProblem, parseDuration} from '../domain/clock/duration.js'

/** The values that requests give, each with what is said of a wrong one. */

/** A number in a query. */
export function queryCount(preset: number, most: number) {
  const error = `is not a whole number from 1 to ${most}`
  return z.coerce
    .number({error})
    .int({error})
    .min(1, {error})
    .max(most, {error})
    .default(preset)
    .openapi({type: 'integer'})
}

export function spanText() {
  return z.string().refine((text) => parseDuration(text) !== undefined, {
    error: ({input}) => `${durationProblem(String(input))}; write 30s, 10m, 2h or 1d`,
  })
}

/** A text that is written into journals, whose lines have a limit. */
export function shortText(most: number) {
  return z.string().trim().min(1, 'is empty').max(most, `is longer than ${most} characters`)
}
