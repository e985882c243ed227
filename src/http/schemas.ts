import {z} from '@hono/zod-openapi'

/**
 * The shapes of the answers, as docs/json.md shows them. Objects are loose: keys may be added, and a program ignores
 * those that it does not know.
 */

export const time = z.iso.datetime().openapi({description: 'ISO 8601, UTC', example: '2026-11-28T21:47:00.852Z'})
export const name = z.string()
export const ms = z.number()
const outcome = z.string().openapi({example: 'healthy'})

const errorSchema = z
  .looseObject({
    error: z.looseObject({
      kind: z.string(),
      message: z.string(),
      hints: z.array(z.string()),
      problems: z.array(z.looseObject({path: z.string(), message: z.string()})).optional(),
    }),
  })
  .openapi('Error')

const incidentOfJob = z.looseObject({incidentId: name, level: z.string(), openedAt: time, told: z.boolean()})

const leaseSchema = z
  .looseObject({
    job: name,
    state: z.enum(['held', 'released', 'expired']),
    holder: z.string(),
    token: z.number(),
    claimedAt: time,
    expiresAt: time,
    ttlMs: ms,
    abandoned: z.literal(true).optional(),
  })
  .openapi('Lease')

const breakerSchema = z
  .looseObject({
    target: name,
    state: z.enum(['closed', 'open', 'half-open', 'isolated']),
    reason: z.string().optional(),
    retryAt: time.optional(),
  })
  .openapi('Breaker')

const runSchema = z
  .looseObject({
    runId: name,
    startedAt: time,
    endedAt: time.optional(),
    durationMs: ms.optional(),
    outcome: outcome.optional(),
    class: z.string().optional(),
    detail: z.string().optional(),
    exitCode: z.number().optional(),
    signal: z.string().optional(),
    attempts: z.number(),
    recovered: z.boolean(),
    steps: z.array(z.looseObject({do: z.string(), ok: z.boolean(), durationMs: ms, at: time})),
  })
  .openapi('Run')

const jobSchema = z
  .looseObject({
    job: name,
    state: z.enum(['failing', 'hung', 'stalled', 'missed', 'degraded', 'running', 'healthy', 'unknown', 'silenced']),
    verdict: z.string(),
    reason: z.string().optional(),
    incident: incidentOfJob.optional(),
    told: z.array(z.looseObject({channel: name, at: time, arrived: z.boolean()})),
    recent: z.array(outcome),
    lastEndedAt: time.optional(),
    durationMs: ms.optional(),
    usual: z.looseObject({usualMs: ms, fromMs: ms, toMs: ms}).optional(),
    duration: z.enum(['usual', 'short', 'long']).optional(),
    runningSince: time.optional(),
    nextAt: time.optional(),
    schedule: z.string().optional(),
    silence: z.looseObject({silenceId: name, reason: z.string(), until: time}).optional(),
  })
  .openapi('Job')

const jobsSchema = z
  .looseObject({
    at: time,
    status: z.enum(['healthy', 'degraded', 'unhealthy']),
    settingsProblem: z.string().optional(),
    scheduler: z.string().optional(),
    jobs: z.array(jobSchema),
  })
  .openapi('Jobs')

const jobPageSchema = jobSchema
  .extend({
    timezone: z.string().nullable().optional(),
    lastRun: runSchema.optional(),
    lease: leaseSchema.optional(),
    fleetLease: z
      .looseObject({state: z.enum(['unseen', 'unanswered', 'granted', 'released', 'lost', 'held', 'done'])})
      .optional(),
    breaker: breakerSchema.optional(),
    budgets: z.array(
      z.looseObject({
        job: name,
        class: z.string().nullable(),
        left: z.number(),
        allowed: z.number(),
        perMs: ms,
        until: time.nullable(),
      }),
    ),
    goodDurationsMs: z.array(ms),
    outputs: z.array(z.looseObject({files: z.string()})),
    starters: z.array(z.string()),
    lastLines: z.array(z.string()),
  })
  .openapi('JobPage')

const storySchema = z
  .looseObject({
    job: name,
    answer: z.string(),
    sections: z.array(
      z.looseObject({
        title: z.string(),
        sentences: z.array(
          z.looseObject({
            at: time.optional(),
            text: z.string(),
            journal: z.string().optional(),
            record: z.looseObject({}).optional(),
          }),
        ),
      }),
    ),
    known: z.array(z.string()),
    mend: z.array(z.string()),
  })
  .openapi('Story')

const runsSchema = z
  .looseObject({
    job: name,
    streak: z.looseObject({isWell: z.boolean(), count: z.number(), since: time}).optional(),
    runs: z.array(runSchema),
  })
  .openapi('Runs')

const outputSchema = z.looseObject({job: name, runId: name.optional(), lines: z.array(z.string())}).openapi('Output')

const healthSchema = z
  .looseObject({
    at: time,
    verdict: z.enum(['healthy', 'degraded', 'unhealthy']),
    checks: z.array(
      z.looseObject({
        check: z.string(),
        verdict: z.enum(['healthy', 'degraded', 'unhealthy']),
        reason: z.string(),
        facts: z.looseObject({}),
      }),
    ),
  })
  .openapi('Health')

const incidentsSchema = z
  .looseObject({
    incidents: z.array(incidentOfJob.extend({job: name, verdict: z.string(), reason: z.string()})),
  })
  .openapi('Incidents')

const upcomingSchema = z
  .looseObject({at: time, upcoming: z.array(z.looseObject({job: name, at: time}))})
  .openapi('Upcoming')

const alertsSchema = z
  .looseObject({
    counts: z.looseObject({}),
    alerts: z.array(
      z.looseObject({
        id: z.string(),
        timestamp: z.string().optional(),
        level: z.enum(['INFO', 'WARNING', 'CRITICAL']),
        component: z.string(),
        job: name.optional(),
        message: z.string(),
        details: z.unknown(),
      }),
    ),
  })
  .openapi('Alerts')

const silenceSchema = z
  .looseObject({
    id: name,
    job: z.string().optional(),
    class: z.string().optional(),
    group: z.string().optional(),
    reason: z.string(),
    owner: z.string(),
    untilHealthy: z.boolean(),
    addedAt: time,
    until: time,
  })
  .openapi('Silence')

const silencesSchema = z.looseObject({silences: z.array(silenceSchema)}).openapi('Silences')
const leasesSchema = z.looseObject({leases: z.array(leaseSchema)}).openapi('Leases')
const breakersSchema = z.looseObject({breakers: z.array(breakerSchema)}).openapi('Breakers')

export const readSchemas = {
  error: errorSchema,
  jobs: jobsSchema,
  jobPage: jobPageSchema,
  story: storySchema,
  runs: runsSchema,
  output: outputSchema,
  health: healthSchema,
  incidents: incidentsSchema,
  upcoming: upcomingSchema,
  alerts: alertsSchema,
  silence: silenceSchema,
  silences: silencesSchema,
  leases: leasesSchema,
  breakers: breakersSchema,
}
