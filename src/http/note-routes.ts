import {z} from '@hono/zod-openapi'
import {queryCount} from './request-values.js'
import {defineRoute, type Route} from './route.js'

const get = {method: 'get', needs: 'reading'} as const

/** Older names of the same answers, under which programs of other systems ask for them. */
export const noteRoutes: readonly Route[] = [
  defineRoute({
    ...get,
    path: '/api/health/detailed',
    summary: 'As /api/v1/health',
    answer: 'health',
    run: (api) => api.health(),
  }),
  defineRoute({
    ...get,
    path: '/api/health/circuit-breakers',
    summary: 'As /api/v1/breakers',
    answer: 'breakers',
    run: (api) => api.breakers(),
  }),
  defineRoute({
    ...get,
    path: '/api/health/alerts',
    summary: 'As /api/v1/alerts',
    query: z.object({limit: queryCount(100, 1000)}),
    answer: 'alerts',
    run: (api, {query: {limit}}) => api.alerts(limit),
  }),
  defineRoute({
    ...get,
    path: '/api/automations/status',
    summary: 'As /api/v1/scheduler',
    answer: 'scheduler',
    run: (api) => api.scheduler(),
  }),
]
