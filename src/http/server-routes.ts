import {RESPONSE_ALREADY_SENT} from '@hono/node-server/utils/response'
import {z} from '@hono/zod-openapi'
import {hasRightKey} from './access.js'
import {answerJson, answerText} from './answer.js'
import type {ServerIdentity} from './api.js'
import {type EventStreams, streamHeaders} from './event-streams.js'
import {dashboardPage} from './page.js'
import {defineRoute, type Route, type RouteDeps} from './route.js'
import {pagePolicy, securityHeaders} from './security-headers.js'

export interface ServerDeps extends RouteDeps {
  readonly identity: ServerIdentity
  readonly streams: EventStreams
}

/** What the server says of itself, and what it answers in another form than one JSON object. */
export function serverRoutes(deps: ServerDeps, allRoutes: () => readonly Route[]): readonly Route[] {
  return [sessionRoute(deps), eventsRoute(deps), documentRoute(deps, allRoutes), metricsRoute(deps), pageRoute]
}

function sessionRoute({identity, rules}: ServerDeps): Route {
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

function eventsRoute({streams}: ServerDeps): Route {
  return {
    method: 'get',
    path: '/api/v1/events',
    summary: 'Events `changed`, whenever a journal has grown; their ids are positions in the journals',
    needs: 'reading',
    headers: z.object({'last-event-id': z.string().optional()}),
    answer: 'change',
    type: 'text/event-stream',
    respond: async (context) => {
      // An answer to HEAD has no body, so that it would end for its reader only with the connection.
      if (context.req.method === 'HEAD') return context.body(null, 200, streamHeaders)
      streams.open(context.env.outgoing as never, securityHeaders, context.req.header('last-event-id'))
      return RESPONSE_ALREADY_SENT
    },
  }
}

function documentRoute({identity}: ServerDeps, allRoutes: () => readonly Route[]): Route {
  return {
    method: 'get',
    path: '/api/v1/openapi.json',
    summary: 'This document',
    needs: 'reading',
    answer: 'document',
    respond: async (context) => {
      // Loaded late: a server that nobody asks what it can answer does not make the shapes of its answers.
      const {openApiDocument} = await import('./openapi-document.js')
      return answerJson(context, openApiDocument(allRoutes(), identity.version))
    },
  }
}

function metricsRoute({api, identity}: ServerDeps): Route {
  return {
    method: 'get',
    path: '/metrics',
    summary: 'Figures for Prometheus',
    needs: 'reading',
    answer: 'text',
    type: 'text/plain',
    respond: async (context) => {
      // Loaded late: few machines have a Prometheus.
      const {metricsText} = await import('./metrics.js')
      const {text, type} = await metricsText(await api.metrics(), identity.version)
      return answerText(context, text, {headers: {'content-type': type}})
    },
  }
}

const pageRoute: Route = {
  method: 'get',
  path: '/',
  summary: 'The dashboard',
  needs: 'nothing',
  answer: 'text',
  type: 'text/html',
  respond: async (context) => {
    const page = await dashboardPage()
    const headers = {'content-type': 'text/html; charset=utf-8', 'content-security-policy': pagePolicy(page)}
    return answerText(context, page.html, {headers})
  },
}
