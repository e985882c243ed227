import {z} from '@hono/zod-openapi'
import {parseDuration} from '../domain/clock/duration.js'
import {found} from './found.js'
import {queryCount, spanText} from './request-values.js'
import {defineRoute, type Route} from './route.js'

const get = {method: 'get', needs: 'reading'} as const
const ofJob = {...get, failures: [404]} as const

/** What the commands with `--json` say, for reading. */
export const readRoutes: readonly Route[] = [
  defineRoute({
    ...get,
    path: '/api/v1/jobs',
    summary: 'How every job is, those that need a person first (guard status)',
    answer: 'jobs',
    run: (api) => api.jobs(),
  }),
  defineRoute({
    ...ofJob,
    path: '/api/v1/jobs/{job}',
    summary: 'All about one job (guard status JOB)',
    answer: 'jobPage',
    run: (api, {path: {job = ''}}) => found(api.job(job)),
  }),
  defineRoute({
    ...ofJob,
    path: '/api/v1/jobs/{job}/why',
    summary: 'Why a job is as it is (guard why JOB)',
    answer: 'story',
    run: (api, {path: {job = ''}}) => found(api.why(job)),
  }),
  defineRoute({
    ...ofJob,
    path: '/api/v1/jobs/{job}/runs',
    summary: 'Its last runs, the newest first (guard history JOB)',
    query: z.object({limit: queryCount(50, 1000)}),
    answer: 'runs',
    run: (api, {path: {job = ''}, query: {limit}}) => found(api.runs(job, limit)),
  }),
  defineRoute({
    ...ofJob,
    path: '/api/v1/jobs/{job}/output',
    summary:
      'The last lines of its output, without what looks like a secret or is one of the settings, and without control characters',
    query: z.object({lines: queryCount(200, 2000)}),
    answer: 'output',
    run: (api, {path: {job = ''}, query: {lines}}) => found(api.output(job, lines)),
  }),
  defineRoute({
    ...get,
    path: '/api/v1/health',
    summary: 'Disk, memory, journals, leases, daemons (guard health)',
    answer: 'health',
    run: (api) => api.health(),
  }),
  defineRoute({
    ...get,
    path: '/api/v1/incidents',
    summary: 'The open incidents, the oldest first',
    answer: 'incidents',
    run: (api) => api.incidents(),
  }),
  defineRoute({
    ...get,
    path: '/api/v1/upcoming',
    summary: 'What is due next by the schedules',
    query: z.object({within: spanText().default('1h').openapi({example: '1h'})}),
    answer: 'upcoming',
    run: (api, {query: {within}}) => api.upcoming(parseDuration(within) ?? 0),
  }),
  defineRoute({
    ...get,
    path: '/api/v1/alerts',
    summary: 'The last alerts, the newest first (guard alerts)',
    query: z.object({limit: queryCount(100, 1000)}),
    answer: 'alerts',
    run: (api, {query: {limit}}) => api.alerts(limit),
  }),
  defineRoute({
    ...get,
    path: '/api/v1/silences',
    summary: 'The silences that are in force (guard alerts silence list)',
    answer: 'silences',
    run: (api) => api.silences(),
  }),
  defineRoute({
    ...get,
    path: '/api/v1/leases',
    summary: 'Who holds what, until when (guard lease list)',
    answer: 'leases',
    run: (api) => api.leases(),
  }),
  defineRoute({
    ...get,
    path: '/api/v1/breakers',
    summary: 'All breakers (guard breaker list)',
    answer: 'breakers',
    run: (api) => api.breakers(),
  }),
  defineRoute({
    ...get,
    path: '/api/v1/scheduler',
    summary: 'Whether the scheduler runs, and what comes next (guard scheduler status)',
    answer: 'scheduler',
    run: (api) => api.scheduler(),
  }),
]
