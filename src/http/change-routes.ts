import {z} from '@hono/zod-openapi'
import {fixedKeys} from '../config/section.js'
import {parseDuration} from '../domain/clock/duration.js'
import {found} from './found.js'
import {shortText, spanText} from './request-values.js'
import {defineRoute, type Route} from './route.js'

const name = () => shortText(500).optional()

const longestSilenceMs = 30 * 86_400_000

const newSilence = fixedKeys({
  job: name().openapi({description: 'name of the job, with * for any characters'}),
  class: name().openapi({description: 'failure class, with * for any characters'}),
  group: name().openapi({description: 'group of a message, with * for any characters'}),
  reason: shortText(1000),
  owner: shortText(500).default('dashboard'),
  for: spanText()
    .refine((span) => (parseDuration(span) ?? 0) <= longestSilenceMs, 'is longer than 30d')
    .optional()
    .openapi({example: '2h', description: 'at most 30d'}),
  untilHealthy: z.boolean().default(false),
}).superRefine(
  (wanted, context) => {
    const refuse = (path: string, message: string) => context.addIssue({code: 'custom', path: [path], message})
    if (wanted.for === undefined && wanted.untilHealthy === false)
      refuse('for', 'is missing; or say untilHealthy: true')
    if (wanted.job === undefined && wanted.class === undefined && wanted.group === undefined)
      refuse('job', 'is missing; or name a class or a group')
  },
  // Beside other problems too, so that all are told at once.
  {when: ({value}) => typeof value === 'object' && value !== null && !Array.isArray(value)},
)

const nothing = fixedKeys({})
const post = {method: 'post', needs: 'changing'} as const

const resetBreaker = {
  ...post,
  body: nothing,
  answer: 'resetBreaker',
  failures: [404],
  run: (api, {path: {target = ''}}) => found(api.resetBreaker(target)),
} as const satisfies Partial<Route>

const trigger = {
  ...post,
  body: nothing,
  answer: 'triggered',
  status: 202,
  failures: [404, 409],
  run: (api, {path: {job = ''}}) => found(api.trigger(job)),
} as const satisfies Partial<Route>

const startScheduler = {
  ...post,
  body: nothing,
  answer: 'schedulerStarted',
  run: (api) => api.startScheduler(),
} as const satisfies Partial<Route>

const stopScheduler = {
  ...post,
  body: nothing,
  answer: 'schedulerStopped',
  run: (api) => api.stopScheduler(),
} as const satisfies Partial<Route>

/** What changes something. Jobs are started by their names in the settings; no route takes a command. */
export const changeRoutes: readonly Route[] = [
  defineRoute({...trigger, path: '/api/v1/jobs/{job}/runs', summary: 'Start a job now (guard trigger JOB)'}),
  defineRoute({...trigger, path: '/api/exec/{job}', summary: 'As POST /api/v1/jobs/{job}/runs'}),
  defineRoute({
    ...post,
    path: '/api/v1/silences',
    summary: 'Send nothing about a job, a failure class or a group for a time (guard alerts silence add)',
    body: newSilence,
    answer: 'silence',
    status: 201,
    run: (api, {body: {for: span, untilHealthy, ...silence}}) =>
      api.addSilence({...silence, untilHealthy, forMs: span === undefined ? undefined : parseDuration(span)}),
  }),
  defineRoute({
    method: 'delete',
    needs: 'changing',
    path: '/api/v1/silences/{id}',
    summary: 'End a silence now (guard alerts silence remove)',
    answer: 'silence',
    failures: [404],
    run: (api, {path: {id = ''}}) => found(api.removeSilence(id)),
  }),
  defineRoute({
    ...resetBreaker,
    path: '/api/v1/breakers/{target}/reset',
    summary: 'Forget all about a target (guard breaker reset)',
  }),
  defineRoute({
    ...resetBreaker,
    path: '/api/health/circuit-breakers/{target}/reset',
    summary: 'As /api/v1/breakers/{target}/reset',
  }),
  defineRoute({
    ...startScheduler,
    path: '/api/v1/scheduler/start',
    summary: 'Start the scheduler and wait until it is at work (guard scheduler start)',
  }),
  defineRoute({
    ...stopScheduler,
    path: '/api/v1/scheduler/stop',
    summary: 'Stop the scheduler; its jobs go on (guard scheduler stop)',
  }),
  defineRoute({...startScheduler, path: '/api/automations/start', summary: 'As /api/v1/scheduler/start'}),
  defineRoute({...stopScheduler, path: '/api/automations/stop', summary: 'As /api/v1/scheduler/stop'}),
  defineRoute({
    ...post,
    path: '/api/self-heal',
    summary: 'Finish what a crash left and make one round of the watchdog (guard recover, guard watchdog)',
    body: nothing,
    answer: 'round',
    failures: [409],
    run: (api) => api.selfHeal(),
  }),
]
