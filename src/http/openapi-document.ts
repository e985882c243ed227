import {createRoute, OpenAPIHono, z} from '@hono/zod-openapi'
import {answerSchemas} from './answer-schemas.js'
import type {Route} from './route.js'

/** The OpenAPI document of the routes. */
export function openApiDocument(routes: readonly Route[], version: string): object {
  const app = new OpenAPIHono()
  app.openAPIRegistry.registerComponent('securitySchemes', 'key', {type: 'apiKey', in: 'header', name: 'X-Dash-Key'})
  for (const route of routes) app.openAPIRegistry.registerPath(describe(route))
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
  const {method, path, summary, needs, query, body, headers, status = 200, failures = []} = route
  const {answer, type = 'application/json'} = route
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const params = z.object(Object.fromEntries(names.map((name) => [name, z.string()])))
  const always = needs === 'nothing' ? ([400, 403, 413, 500] as const) : ([400, 401, 403, 413, 429, 500, 503] as const)
  const codes = [...always, ...(needs === 'changing' ? ([415] as const) : []), ...failures]
  return createRoute({
    method,
    path,
    summary,
    ...(needs !== 'nothing' && {security: [{key: []}]}),
    request: {
      ...(names.length > 0 && {params}),
      ...(query && {query}),
      ...(headers && {headers}),
      ...(body && {body: {content: {'application/json': {schema: body}}}}),
    },
    responses: {
      [status]: {description: summary, content: {[type]: {schema: answerSchemas[answer]}}},
      ...Object.fromEntries(
        codes.map((code) => [
          code,
          {description: failureTexts[code], content: {'application/json': {schema: answerSchemas.error}}},
        ]),
      ),
    },
  })
}
