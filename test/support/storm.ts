import {appendFileSync, mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {vi} from 'vitest'
import {startDaemon} from './daemon.js'
import {answers, closedPort, type Received, startReceiver} from './http-receiver.js'
import {createSandbox, type Running, type Sandbox} from './sandbox.js'
import {tempDir} from './temp-dir.js'

/** Alerts as they come in a storm, the real `guard alerts deliver`, and a receiver on loopback that may be away. */

/** `npm run test:alerts` has the long form. */
export const isLong = process.env['GUARD_TORTURE'] === 'long'

/** A message as the webhook gets it. */
export interface StormMessage {
  readonly id: string
  readonly kind: string
  readonly group: string
  readonly title: string
  readonly at: string
  readonly jobCount: number
  readonly notes: readonly string[]
  readonly jobs: readonly {readonly job: string; readonly reason: string}[]
}

export interface Storm {
  readonly box: Sandbox
  /** What has arrived, in order. */
  readonly arrived: (StormMessage & {readonly atMs: number})[]
  /** What the receiver answers; 0 for a reset of the connection. */
  status: number
  trouble(job: string, errorLine: string, failureClass?: string): void
  recover(job: string): void
  /** Any line in the journal of the alerts. */
  line(record: object): void
  /** The deliverer that works now. */
  deliverer(): Running | undefined
  stop(): Promise<void>
}

interface StormOptions {
  /** By how much time is compressed. */
  readonly factor: number
  readonly alerting?: object
  /** How long all must be well before that is told. */
  readonly recoveryWait?: string
  /** Called with each message before it is answered. */
  readonly onMessage?: (message: StormMessage) => void
}

/** Starts a deliverer whenever none works, as each failing run does. */
export async function startStorm({factor, alerting, recoveryWait, onMessage}: StormOptions): Promise<Storm> {
  const arrived: Storm['arrived'][number][] = []
  const take = ({body}: Received) => {
    const {data} = JSON.parse(body) as {readonly data: StormMessage}
    onMessage?.(data)
    if (storm.status === 200) arrived.push({...data, atMs: Date.now()})
  }
  const receiver = await startReceiver((request, response, socket) => {
    take(request)
    if (storm.status === 0) socket.resetAndDestroy()
    else response.writeHead(storm.status).end()
  })
  const box = createSandbox()
  const ms = (seconds: number) => `${Math.max(1, Math.round((seconds * 1000) / factor))}ms`
  const times = {groupWait: ms(30), groupInterval: ms(300), repeat: [4, 8, 16, 24].map((hours) => ms(hours * 3600))}
  const settings = {
    channels: {ops: {type: 'webhook', url: receiver.url}},
    watchdog: {escalateAfter: recoveryWait ?? ms(600)},
    alerting: {...times, routes: [{level: 'INFO', to: ['ops']}], ...alerting},
  }
  box.write('.guardianrc.json', JSON.stringify(settings))
  mkdirSync(box.stateDir, {mode: 0o700})
  let working: Running | undefined
  let isOver = false
  const begin = async () => {
    while (!isOver) {
      working = box.start(['alerts', 'deliver', '--stay'])
      await working.ended
      working = undefined
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  const raise = (level: string, message: string, job: string, details: object) =>
    storm.line({level, component: 'watchdog', job, message, details})
  const storm: Storm = {
    box,
    arrived,
    status: 200,
    trouble: (job, errorLine, failureClass = 'connection') =>
      raise('CRITICAL', `${job} is failing: ${errorLine}`, job, {
        ...{event: 'trouble', verdict: 'failing', class: failureClass, errorLine},
      }),
    recover: (job) => raise('INFO', `${job}: healthy again`, job, {event: 'recovered', verdict: 'failing'}),
    line: (record) => appendFileSync(join(box.stateDir, 'alerts.jsonl'), `${JSON.stringify(record)}\n`),
    deliverer: () => working,
    stop: async () => {
      isOver = true
      working?.kill('SIGTERM')
      await loop
    },
  }
  const loop = begin()
  return storm
}

export const alertmanagerProgram = '/usr/bin/prometheus-alertmanager'

export interface Alertmanager {
  /** How many messages have arrived, and how many of them say that something is over. */
  told(): {readonly all: number; readonly resolved: number}
  post(labels: Readonly<Record<string, string>>, endsAtMs?: number): Promise<void>
}

/** A real Alertmanager that groups by a label `cause`, with its times compressed alike. */
export async function startAlertmanager(factor: number): Promise<Alertmanager> {
  const dir = tempDir()
  const statuses: string[] = []
  const hook = await startReceiver(({body}, response) => {
    statuses.push((JSON.parse(body) as {readonly status: string}).status)
    response.end()
  })
  const port = await closedPort()
  const config = join(dir, 'am.yml')
  const ms = (seconds: number) => `${Math.round((seconds * 1000) / factor)}ms`
  writeFileSync(
    config,
    `global: {resolve_timeout: ${ms(300)}}
route: {receiver: hook, group_by: [cause], group_wait: ${ms(30)}, group_interval: ${ms(300)}, repeat_interval: ${ms(14_400)}}
receivers: [{name: hook, webhook_configs: [{url: '${hook.url}'}]}]
`,
  )
  const listen = [`--web.listen-address=127.0.0.1:${port}`, '--cluster.listen-address=']
  startDaemon(alertmanagerProgram, '--config.file', config, '--storage.path', join(dir, 'data'), ...listen)
  await vi.waitUntil(() => answers(port), {timeout: 60_000})
  return {
    told: () => ({all: statuses.length, resolved: statuses.filter((status) => status === 'resolved').length}),
    post: async (labels, endsAtMs) => {
      const times = endsAtMs === undefined ? {} : {endsAt: new Date(endsAtMs).toISOString()}
      const body = JSON.stringify([{labels: {alertname: 'JobFailed', ...labels}, ...times}])
      const headers = {'content-type': 'application/json'}
      await fetch(`http://127.0.0.1:${port}/api/v2/alerts`, {method: 'POST', headers, body})
    },
  }
}
