import {z} from '@hono/zod-openapi'
import {ms, name, time} from './schemas.js'

/** The shapes of what is said of the server itself and of the scheduler. */

const schedulerSchema = z
  .looseObject({
    state: z.enum(['running', 'stopped', 'dead', 'unknown']),
    pid: z.number().optional(),
    since: time.optional(),
    heartbeat: time.optional(),
    isLate: z.boolean(),
    latenessMs: ms.optional(),
    stopped: z.looseObject({at: time, reason: z.string()}).optional(),
    lastReload: z.looseObject({at: time, ok: z.boolean(), reason: z.string().optional()}).optional(),
    wrongJobs: z.array(z.looseObject({job: name, reason: z.string()})).optional(),
    waiting: z.looseObject({jobs: z.array(name), until: time}).optional(),
    running: z.array(z.looseObject({job: name, runId: name, startedAt: time})),
    queued: z.array(z.looseObject({job: name, slot: time})),
    next: z.array(z.looseObject({job: name, at: time})),
  })
  .openapi('Scheduler')

const sessionSchema = z
  .looseObject({
    version: z.string().optional(),
    host: z.string().optional(),
    readOnly: z.boolean(),
    needsKey: z.boolean().openapi({description: 'whether changes need a key, which is always so'}),
    readsNeedKey: z.boolean(),
    keyAccepted: z.boolean().openapi({description: 'whether the key in X-Dash-Key is right'}),
    schedulerAvailable: z.boolean(),
  })
  .openapi('Session')

/** The `data` of an event. Without `jobs`, any job may have changed. */
const changeSchema = z
  .looseObject({at: time, journals: z.array(z.string()), jobs: z.array(name).optional()})
  .openapi('Change')

const probeSchema = z.looseObject({status: z.literal('ok')}).openapi('Probe')

const documentSchema = z.looseObject({openapi: z.string(), paths: z.looseObject({})}).openapi('Document')

export const serverSchemas = {
  scheduler: schedulerSchema,
  session: sessionSchema,
  change: changeSchema,
  probe: probeSchema,
  document: documentSchema,
  text: z.string(),
}
