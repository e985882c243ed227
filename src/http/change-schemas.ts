import {z} from '@hono/zod-openapi'

/** The shapes of the answers of changes. */

const time = z.iso.datetime()
const name = z.string()
const list = <T extends z.ZodType>(item: T) => z.array(item)

const triggeredSchema = z
  .looseObject({job: name, runId: name, state: z.enum(['started', 'waiting', 'unrecorded'])})
  .openapi('Triggered')

const schedulerStartedSchema = z
  .looseObject({state: z.literal('running'), started: z.boolean(), pid: z.number().optional()})
  .openapi('SchedulerStarted')

const schedulerStoppedSchema = z
  .looseObject({state: z.literal('stopped'), was: z.string(), pid: z.number().optional(), ended: list(z.string())})
  .openapi('SchedulerStopped')

const resetBreakerSchema = z.looseObject({target: name, state: z.literal('closed')}).openapi('ResetBreaker')

const roundSchema = z
  .looseObject({
    at: time,
    verdict: z.enum(['healthy', 'degraded', 'unhealthy']),
    reason: z.string().optional(),
    jobs: list(z.looseObject({job: name, verdict: z.string(), reason: z.string(), actions: list(z.looseObject({}))})),
    recovered: z.looseObject({
      interrupted: list(z.looseObject({job: name, runId: name, startedAt: time, reason: z.string()})),
      reruns: list(z.looseObject({job: name, runId: name, ok: z.boolean()})),
      left: list(z.looseObject({job: name, runId: name})),
      files: list(z.looseObject({path: z.string(), is: z.string(), reason: z.string()})),
    }),
  })
  .openapi('Round')

export const changeSchemas = {
  triggered: triggeredSchema,
  schedulerStarted: schedulerStartedSchema,
  schedulerStopped: schedulerStoppedSchema,
  resetBreaker: resetBreakerSchema,
  round: roundSchema,
}
