import {createHash} from 'node:crypto'
import {readFileSync} from 'node:fs'
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http'
import {join} from 'node:path'
import type {JobJson} from '../../src/http/dashboard/json.js'
import {healthOf, incidentsOf, runsOf, storyOf, upcomingOf} from './dashboard-data.js'
import {closedPort} from './http-receiver.js'

/** The key of the stand-in. */
export const standInKey = 'a-key-of-the-stand-in'

/** A change that the page asked for. */
interface Change {
  readonly method: string
  readonly path: string
  readonly body: unknown
}

/** A server with made-up data, whose answers a test can change. It serves the page as it was built. */
export interface DashboardStandIn {
  readonly url: string
  readonly changes: readonly Change[]
  /** Of open event streams. */
  streams(): number
  /** How often each path was asked for. */
  asked(path: string): number
  put(job: JobJson): void
  /** What `changed` events say; undefined if they name no jobs. */
  tell(jobs: readonly string[] | undefined, journals?: readonly string[]): void
  set(more: Partial<StandInState>): void
  stop(): Promise<void>
  start(): Promise<void>
}

interface StandInState {
  jobs: readonly JobJson[]
  outputLines: readonly string[]
  /** Happens while the list of the jobs, as it was, is on its way. */
  afterList: () => void
  /** Answers events with 503. */
  hasNoStreams: boolean
  readOnly: boolean
  /** The session looks at no key. */
  isBlocked: boolean
  /** As its check of the health says it. */
  scheduler: 'running' | 'late' | 'stopped' | 'dead'
  /** What the next change is refused with. */
  refusal: {readonly status: number; readonly error: object} | undefined
}

export const builtPage = () => readFileSync(join(import.meta.dirname, '../../dist/dashboard.html'), 'utf8')

export async function startDashboardStandIn(initial: Partial<StandInState>): Promise<DashboardStandIn> {
  const state: StandInState = {
    ...{jobs: [], outputLines: ['14:15:16 checking 14 feeds', '14:15:18 SIP ok, 212 ms'], hasNoStreams: false},
    ...{afterList: () => undefined, readOnly: false, isBlocked: false, refusal: undefined, scheduler: 'running'},
    ...initial,
  }
  const changes: Change[] = []
  const streams = new Set<ServerResponse>()
  const counts = new Map<string, number>()
  let eventId = 0
  const server = createServer((incoming, response) => {
    const path = (incoming.url ?? '').split('?')[0] ?? ''
    counts.set(path, (counts.get(path) ?? 0) + 1)
    void answer(incoming, response, path)
  })
  const answer = async (incoming: IncomingMessage, response: ServerResponse, path: string) => {
    const {method = 'GET'} = incoming
    if (path === '/') return sendPage(response)
    if (path === '/api/v1/events') return openStream(response)
    const hasKey = incoming.headers['x-dash-key'] === standInKey
    if (method !== 'GET') {
      const body: unknown = JSON.parse((await textOf(incoming)) || '{}')
      if (!hasKey) return send(response, 401, {error: {kind: 'denied', message: 'the key is not right', hints: []}})
      changes.push({method, path, body})
      if (state.refusal) return send(response, state.refusal.status, {error: state.refusal.error})
      return send(response, path.endsWith('/runs') ? 202 : 200, {job: 'job', runId: 'rNew7Qm9d3kX'})
    }
    if (state.isBlocked && incoming.headers['x-dash-key'] !== undefined && path === '/api/v1/session')
      return send(response, 429, {error: {kind: 'too-many-failures', message: 'wait 43 s', hints: []}})
    const found = lookUp(state, path, hasKey)
    if (found && path === '/api/v1/jobs') state.afterList()
    if (found) return send(response, 200, found)
    return send(response, 404, {
      error: {kind: 'not-found', message: `no job ${path.split('/')[4]} is known`, hints: []},
    })
  }
  const openStream = (response: ServerResponse) => {
    if (state.hasNoStreams) return send(response, 503, {error: {kind: 'busy', message: 'too many streams', hints: []}})
    response.writeHead(200, {'Content-Type': 'text/event-stream'})
    response.write(': hello\n\n')
    streams.add(response)
    response.on('close', () => streams.delete(response))
  }
  // One that nobody else is given while the server is stopped.
  const port = await closedPort()
  const start = () => new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve))
  await start()
  return {
    url: `http://127.0.0.1:${port}/`,
    changes,
    start,
    streams: () => streams.size,
    asked: (path) => counts.get(path) ?? 0,
    set: (more) => Object.assign(state, more),
    put: (job) => {
      state.jobs = [...state.jobs.filter((one) => one.job !== job.job), job]
    },
    tell: (jobs, journals = ['runs']) => {
      const data = JSON.stringify({journals, jobs, at: new Date().toISOString()})
      for (const one of streams) one.write(`id: ${++eventId}\nevent: changed\ndata: ${data}\n\n`)
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function lookUp(state: StandInState, path: string, keyAccepted: boolean): object | undefined {
  const now = Date.now()
  const {jobs, readOnly} = state
  const at = new Date(now).toISOString()
  const [, , , what, name = '', part] = path.split('/')
  if (what === 'session') {
    return {version: '0.1.0', host: 'vps-02', readOnly, needsKey: true, keyAccepted, schedulerAvailable: true}
  }
  if (what === 'incidents') return {incidents: incidentsOf(now, jobs)}
  if (what === 'upcoming') return {at, upcoming: upcomingOf(now, jobs)}
  if (what === 'health') return {at, ...healthOf(state.scheduler)}
  if (what !== 'jobs') return undefined
  if (name === '') return {at, status: 'unhealthy', jobs}
  const job = jobs.find((one) => one.job === decodeURIComponent(name))
  if (!job) return undefined
  if (part === 'why') return {job: job.job, ...storyOf(now, job)}
  if (part === 'runs') return {job: job.job, runs: runsOf(now, job)}
  if (part === 'output') return {job: job.job, runId: 'r1', lines: state.outputLines}
  return jobPageOf(now, job)
}

function jobPageOf(now: number, job: JobJson): object {
  const [lastRun] = runsOf(now, job)
  const isHeld = job.runningSince !== undefined
  return {
    ...job,
    ...(lastRun && {lastRun: {...lastRun, attempts: 1, recovered: false, steps: []}}),
    lease: {
      job: job.job,
      state: isHeld ? 'held' : 'released',
      holder: 'rNow3kXw',
      token: 412,
      pid: 48110,
      jobPid: 48112,
    },
    breaker: {target: 'alpaca-api', state: 'closed'},
    budgets: [{job: job.job, class: 'uw-socket', left: 0, allowed: 2, perMs: 1_800_000, until: null}],
    goodDurationsMs: [],
    outputs: [],
    starters: ['cron starts it, by line 4 of the crontab of root.'],
    lastLines: [],
  }
}

function sendPage(response: ServerResponse): void {
  const page = builtPage()
  const hashes = (tag: string) =>
    Array.from(page.matchAll(new RegExp(`<${tag}[^>]*>([\\s\\S]*?)</${tag}>`, 'g')), ([, text = '']) => {
      return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
    }).join(' ')
  response.writeHead(200, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': `default-src 'none'; script-src ${hashes('script')}; style-src ${hashes('style')}; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'`,
  })
  response.end(page)
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {'Content-Type': 'application/json'})
  response.end(JSON.stringify(body))
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  let text = ''
  for await (const piece of incoming) text += piece
  return text
}
