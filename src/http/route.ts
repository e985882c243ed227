import {z} from '@hono/zod-openapi'
import type {Context, Hono} from 'hono'
import {problemsOf, textWithValue} from '../config/problems.js'
import {type AccessRules, assertAccess, type Need} from './access.js'
import {answerJson} from './answer.js'
import type {AnswerName} from './answer-schemas.js'
import type {Api} from './api.js'
import {HttpError, type RequestProblem} from './http-error.js'
import {readJson} from './request-body.js'
import type {ServerEnv} from './server-env.js'

type Shape = z.ZodObject

/** What a caller has given: parts of the path, the query and the body, checked. */
interface Given<Q, B> {
  readonly path: Readonly<Record<string, string>>
  readonly query: Q
  readonly body: B
}

/** What is known of a route before it is asked: requests are checked by it, and the OpenAPI document describes it. */
interface RouteHead<Q extends Shape, B extends Shape> {
  readonly method: 'get' | 'post' | 'delete'
  /** `{name}` stands for a part. */
  readonly path: string
  readonly summary: string
  readonly needs: Need
  readonly query?: Q
  readonly body?: B
  /** Headers that it heeds, beside those of every route. */
  readonly headers?: Shape
  readonly answer: AnswerName
  /** Media type of the answer, if it is no JSON. */
  readonly type?: string
  readonly status?: 200 | 201 | 202
  /** Beside those that every route has. */
  readonly failures?: readonly (404 | 409 | 429 | 503)[]
}

interface Definition<Q extends Shape, B extends Shape> extends RouteHead<Q, B> {
  run(api: Api, given: Given<z.output<Q>, z.output<B>>, context: Context<ServerEnv>): Promise<object>
}

/** One route of the API: what it is called, who may call it, what it takes and what it answers. */
export type Route = Definition<Shape, Shape> | WholeAnswer

/** A route that makes its whole answer itself. */
interface WholeAnswer extends RouteHead<Shape, Shape> {
  respond(context: Context<ServerEnv>): Promise<Response>
}

export function defineRoute<Q extends Shape = Shape, B extends Shape = Shape>(definition: Definition<Q, B>): Route {
  return definition as unknown as Route
}

/** Adds a route to the application. */
export function addRoute(app: Hono<ServerEnv>, {api, rules}: RouteDeps, route: Route): void {
  const {method, path} = route
  app.on(method, honoPath(path), async (context) => {
    assertAccess(rules, context.env.incoming, route.needs)
    if ('respond' in route) return route.respond(context)
    const given = await givenOf(context, route)
    return answerJson(context, await route.run(api, given, context), route.status)
  })
}

export interface RouteDeps {
  readonly api: Api
  readonly rules: AccessRules
  /** Says on standard error what guard did not foresee. */
  readonly report: (error: unknown) => void
}

/** `/jobs/{job}` as Hono writes it: `/jobs/:job`. */
function honoPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}

async function givenOf(context: Context<ServerEnv>, {query, body}: Route): Promise<Given<never, never>> {
  const wanted = context.req.query()
  const problems: RequestProblem[] = []
  const checked = (shape: Shape | undefined, where: string, value: unknown) => {
    const result = (shape ?? z.object({})).safeParse(value)
    for (const problem of result.error ? problemsOf(result.error, value) : [])
      problems.push({path: [where, ...problem.path].join('.'), message: textWithValue(problem, value)})
    return result.data
  }
  const readQuery = checked(query, 'query', wanted)
  const readBody = body && checked(body, 'body', await bodyOf(context))
  const [first] = problems
  if (first) throw new HttpError('wrong-request', `the request is wrong: ${first.path}: ${first.message}`, {problems})
  return {path: context.req.param(), query: readQuery as never, body: readBody as never}
}

async function bodyOf(context: Context<ServerEnv>): Promise<unknown> {
  const value = await readJson(context.env.incoming)
  context.set('isBodyRead', true)
  return value
}
