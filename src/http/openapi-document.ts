import {createRoute, OpenAPIHono, z} from '@hono/zod-openapi'
import {answerSchemas} from './answer-schemas.js'
import type {Route} from './route.js'

/** The OpenAPI document of the routes, and of what is no JSON. */
export function openApiDocument(routes: readonly Route[], version: string): object {
  const app = new OpenAPIHono()
  app.openAPIRegistry.registerComponent('securitySchemes', 'key', {type: 'apiKey', in: 'header', name: 'X-Dash-Key'})
  for (const route of routes) app.openAPIRegistry.registerPath(describe(route))
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/api/v1/events',
    summary: 'Events `changed`, whenever a journal has grown; their ids are positions in the journals',
    security: [{key: []}],
    request: {headers: z.object({'last-event-id': z.string().optional()})},
    responses: {
      200: {description: 'A stream that goes on', content: {'text/event-stream': {schema: answerSchemas.change}}},
    },
  })
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/metrics',
    summary: 'Figures for Prometheus',
    security: [{key: []}],
    responses: {200: {description: 'Its text format', content: {'text/plain': {schema: z.string()}}}},
  })
  const info = {title: 'guard', version, license: {name: 'MIT', identifier: 'MIT'}}
  return app.getOpenAPI31Document({openapi: '3.1.0', info})
}

const failureTexts = {
  400: 'The request is wrong; `problems` has all that is wrong.',
  401: 'The key in X-Dash-Key is missing or wrong.',
  403: 'The host or the origin is refused.',
  404: 'What the path names is not known.',
  409: 'Another holds it.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  429: 'Too many wrong keys came from this address.',
  500: 'A fault of guard.',
  503: 'It cannot be answered now.',
} as const

function describe(route: Route) {
  const {method, path, summary, needs, query, body, answer, status = 200, failures = []} = route
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const params = z.object(Object.fromEntries(names.map((name) => [name, z.string()])))
  const always = needs === 'nothing' ? ([400, 403, 500] as const) : ([400, 401, 403, 429, 500, 503] as const)
  const codes = [...always, ...(needs === 'changing' ? ([413, 415] as const) : []), ...failures]
  return createRoute({
    method,
    path,
    summary,
    ...(needs !== 'nothing' && {security: [{key: []}]}),
    request: {
      ...(names.length > 0 && {params}),
      ...(query && {query}),
      ...(body && {body: {content: {'application/json': {schema: body}}}}),
    },
    responses: {
      [status]: {description: summary, content: {'application/json': {schema: answerSchemas[answer]}}},
      ...Object.fromEntries(
        codes.map((code) => [
          code,
          {description: failureTexts[code], content: {'application/json': {schema: answerSchemas.error}}},
        ]),
      ),
    },
  })
}
