import {type Context, Hono} from 'hono'
import {answerError} from './answer.js'
import {changeRoutes} from './change-routes.js'
import {HttpError} from './http-error.js'
import {noteRoutes} from './note-routes.js'
import {probeRoutes} from './probe-routes.js'
import {readRoutes} from './read-routes.js'
import {assertSmallBody, hasBody} from './request-body.js'
import {addRoute, type Route} from './route.js'
import {securityHeaders} from './security-headers.js'
import type {ServerEnv} from './server-env.js'
import {type ServerDeps, serverRoutes} from './server-routes.js'

/** The routes of `guard serve`, behind the checks that every request goes through. */
export function createApplication(deps: ServerDeps): Hono<ServerEnv> {
  const app = new Hono<ServerEnv>()
  const changes = deps.rules.isReadOnly ? [] : changeRoutes
  const routes: readonly Route[] = [
    ...probeRoutes,
    ...readRoutes,
    ...noteRoutes,
    ...serverRoutes(deps, () => routes),
    ...changes,
  ]
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
  app.notFound((context) => answerError(context, refusal(context, routes), deps.report))
  app.onError((error, context) => answerError(context, error, deps.report))
  return app
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
