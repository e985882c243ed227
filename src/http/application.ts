import {RESPONSE_ALREADY_SENT} from '@hono/node-server/utils/response'
import {type Context, Hono} from 'hono'
import {assertAccess, hasRightKey} from './access.js'
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
import {pagePolicy, securityHeaders} from './security-headers.js'
import type {ServerEnv} from './server-env.js'

interface ApplicationDeps extends RouteDeps {
  readonly identity: ServerIdentity
  readonly streams: EventStreams
}

/** The routes of `guard serve`, behind the checks that every request goes through. */
export function createApplication(deps: ApplicationDeps): Hono<ServerEnv> {
  const app = new Hono<ServerEnv>()
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
  addDocument(app, deps, routes)
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
    answer: 'session',
    failures: [429],
    run: async (_, __, {env: {incoming}}) => {
      const keyAccepted = hasRightKey(rules, incoming)
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

function addEvents(app: Hono<ServerEnv>, {rules, streams}: ApplicationDeps): void {
  app.get('/api/v1/events', (context) => {
    const {incoming, outgoing} = context.env
    assertAccess(rules, incoming, 'reading')
    streams.open(outgoing as never, securityHeaders, context.req.header('last-event-id'))
    return RESPONSE_ALREADY_SENT
  })
}

function addDocument(app: Hono<ServerEnv>, {identity, rules}: ApplicationDeps, routes: readonly Route[]): void {
  app.get('/api/v1/openapi.json', async (context) => {
    assertAccess(rules, context.env.incoming, 'reading')
    // Loaded late: a server that nobody asks what it can answer does not make the shapes of its answers.
    const {openApiDocument} = await import('./openapi-document.js')
    return answerJson(context, openApiDocument(routes, identity.version))
  })
}

function addMetrics(app: Hono<ServerEnv>, {api, rules, identity}: ApplicationDeps): void {
  app.get('/metrics', async (context) => {
    assertAccess(rules, context.env.incoming, 'reading')
    // Loaded late: few machines have a Prometheus.
    const {metricsText} = await import('./metrics.js')
    const {text, type} = await metricsText(await api.metrics(), identity.version)
    return answerText(context, text, {headers: {'content-type': type}})
  })
}

function addPage(app: Hono<ServerEnv>): void {
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
