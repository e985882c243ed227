import {z} from '@hono/zod-openapi'
import {time} from './schemas.js'

/** The shapes of the answers of changes. */

const name = z.string()
const list = <T extends z.ZodType>(item: T) => z.array(item)

export const triggeredSchema = z
  .looseObject({job: name, runId: name, state: z.enum(['started', 'waiting'])})
  .openapi('Triggered')

export const schedulerStartedSchema = z
  .looseObject({state: z.literal('running'), started: z.boolean(), pid: z.number().optional()})
  .openapi('SchedulerStarted')

export const schedulerStoppedSchema = z
  .looseObject({state: z.literal('stopped'), was: z.string(), pid: z.number().optional(), ended: list(z.string())})
  .openapi('SchedulerStopped')

export const resetBreakerSchema = z.looseObject({target: name, state: z.literal('closed')}).openapi('ResetBreaker')

export const roundSchema = z
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
