import {z} from '@hono/zod-openapi'
import {name, time} from './schemas.js'

/** The shapes of the answers of changes. */

const triggeredSchema = z
  .looseObject({job: name, runId: name, state: z.enum(['started', 'waiting', 'unrecorded'])})
  .openapi('Triggered')

const schedulerStartedSchema = z
  .looseObject({state: z.literal('running'), started: z.boolean(), pid: z.number().optional()})
  .openapi('SchedulerStarted')

const schedulerStoppedSchema = z
  .looseObject({state: z.literal('stopped'), was: z.string(), pid: z.number().optional(), ended: z.array(z.string())})
  .openapi('SchedulerStopped')

const resetBreakerSchema = z.looseObject({target: name, state: z.literal('closed')}).openapi('ResetBreaker')

const roundSchema = z
  .looseObject({
    at: time,
    verdict: z.enum(['healthy', 'degraded', 'unhealthy']),
    reason: z.string().optional(),
    jobs: z.array(
      z.looseObject({job: name, verdict: z.string(), reason: z.string(), actions: z.array(z.looseObject({}))}),
    ),
    recovered: z.looseObject({
      interrupted: z.array(z.looseObject({job: name, runId: name, startedAt: time, reason: z.string()})),
      ended: z.array(z.looseObject({job: name, runId: name, startedAt: time, outcome: z.string(), reason: z.string()})),
      reruns: z.array(z.looseObject({job: name, runId: name, ok: z.boolean()})),
      left: z.array(z.looseObject({job: name, runId: name})),
      files: z.array(z.looseObject({path: z.string(), is: z.string(), reason: z.string()})),
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
