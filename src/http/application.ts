import {RESPONSE_ALREADY_SENT} from '@hono/node-server/utils/response'
import {OpenAPIHono, z} from '@hono/zod-openapi'
import type {Context} from 'hono'
import {assertAccess, keyVerdict} from './access.js'
import {answerError, answerJson, answerText} from './answer.js'
import type {ServerIdentity} from './api.js'
import {changeRoutes} from './change-routes.js'
import type {EventStreams} from './event-streams.js'
import {HttpError} from './http-error.js'
import {noteRoutes} from './note-routes.js'
import {dashboardPage} from './page.js'
import {probeRoutes} from './probe-routes.js'
import {readRoutes} from './read-routes.js'
import {assertSmallBody, hasBody} from './request-body.js'
import {addRoute, defineRoute, type Route, type RouteDeps} from './route.js'
import {changeSchema, sessionSchema} from './schemas.js'
import {pagePolicy, securityHeaders} from './security-headers.js'
import type {ServerEnv} from './server-env.js'

interface ApplicationDeps extends RouteDeps {
  readonly identity: ServerIdentity
  readonly streams: EventStreams
}

/** The routes of `guard serve`, behind the checks that every request goes through. */
export function createApplication(deps: ApplicationDeps): OpenAPIHono<ServerEnv> {
  const app = new OpenAPIHono<ServerEnv>()
  const changes = deps.rules.isReadOnly ? [] : changeRoutes
  const routes = [...probeRoutes, ...readRoutes, ...noteRoutes, sessionRoute(deps), ...changes]
  app.use('*', async (context, next) => {
    const {incoming} = context.env
    for (const [name, value] of Object.entries(securityHeaders)) context.header(name, value)
    try {
      assertSmallBody(incoming)
      await next()
    } catch (error) {
      context.res = await answerError(context, error, deps.report)
    }
    // What is left of a body is not read.
    if (hasBody(incoming) && !context.get('isBodyRead')) context.header('connection', 'close')
  })
  for (const route of routes) addRoute(app, deps, route)
  addEvents(app, deps)
  addDocument(app, deps)
  addMetrics(app, deps)
  addPage(app)
  app.notFound((context) => answerError(context, refusal(context, routes), deps.report))
  app.onError((error, context) => answerError(context, error, deps.report))
  return app
}

function sessionRoute({identity, rules}: ApplicationDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/api/v1/session',
    summary: 'What this server allows, and whether the key of the request is right',
    needs: 'nothing',
    answer: sessionSchema,
    run: async (_, __, {env: {incoming}}) => {
      const keyAccepted = keyVerdict(rules, incoming).is === 'accepted'
      return {
        ...((keyAccepted || rules.hasOpenReads) && identity),
        readOnly: rules.isReadOnly || !rules.key.hasKey,
        needsKey: true,
        readsNeedKey: !rules.hasOpenReads,
        keyAccepted,
        schedulerAvailable: true,
      }
    },
  })
}

function addEvents(app: OpenAPIHono<ServerEnv>, {rules, streams, report}: ApplicationDeps): void {
  const path = '/api/v1/events'
  app.openAPIRegistry.registerPath({
    method: 'get',
    path,
    summary: 'Events `changed`, whenever a journal has grown; their ids are positions in the journals',
    security: [{key: []}],
    request: {headers: z.object({'last-event-id': z.string().optional()})},
    responses: {200: {description: 'A stream that goes on', content: {'text/event-stream': {schema: changeSchema}}}},
  })
  app.get(path, async (context) => {
    const {incoming, outgoing} = context.env
    try {
      assertAccess(rules, incoming, 'reading')
      streams.open(outgoing as never, securityHeaders, context.req.header('last-event-id'))
      return RESPONSE_ALREADY_SENT
    } catch (error) {
      return answerError(context, error, report)
    }
  })
}

function addDocument(app: OpenAPIHono<ServerEnv>, {identity, rules, report}: ApplicationDeps): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'key', {type: 'apiKey', in: 'header', name: 'X-Dash-Key'})
  app.get('/api/v1/openapi.json', async (context) => {
    try {
      assertAccess(rules, context.env.incoming, 'reading')
      const info = {title: 'guard', version: identity.version, license: {name: 'MIT', identifier: 'MIT'}}
      return answerJson(context, app.getOpenAPI31Document({openapi: '3.1.0', info}))
    } catch (error) {
      return answerError(context, error, report)
    }
  })
}

function addMetrics(app: OpenAPIHono<ServerEnv>, {api, rules, identity, report}: ApplicationDeps): void {
  const path = '/metrics'
  app.openAPIRegistry.registerPath({
    method: 'get',
    path,
    summary: 'Figures for Prometheus',
    security: [{key: []}],
    responses: {200: {description: 'Its text format', content: {'text/plain': {schema: z.string()}}}},
  })
  app.get(path, async (context) => {
    try {
      assertAccess(rules, context.env.incoming, 'reading')
      // Loaded late: few machines have a Prometheus.
      const {metricsText} = await import('./metrics.js')
      const {text, type} = await metricsText(await api.metrics(), identity.version)
      return answerText(context, text, {headers: {'content-type': type}})
    } catch (error) {
      return answerError(context, error, report)
    }
  })
}

function addPage(app: OpenAPIHono<ServerEnv>): void {
  app.get('/', async (context) => {
    const page = await dashboardPage()
    const headers = {'content-type': 'text/html; charset=utf-8', 'content-security-policy': pagePolicy(page)}
    return answerText(context, page.html, {headers})
  })
}

/** A path that is there, asked with another method, or a path that is not. */
function refusal(context: Context<ServerEnv>, routes: readonly Route[]): HttpError {
  const {path, method} = context.req
  const matching = routes.filter((route) => patternOf(route).test(path)).map((route) => route.method.toUpperCase())
  if (matching.length === 0)
    return new HttpError('no-such-route', `there is no ${path}`, {hints: ['see them all: /api/v1/openapi.json']})
  const allow = [...new Set(matching.flatMap((one) => (one === 'GET' ? ['GET', 'HEAD'] : [one])))].join(', ')
  return new HttpError('method-refused', `${path} takes no ${method}`, {headers: {allow}})
}

function patternOf({path}: Route): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`)
}
