import type {AlertLevel, Argv} from './job.js'
import type {Secret, TextOrSecret} from './secret.js'

interface Common {
  /** Limit of one delivery. */
  readonly timeoutMs: number
  readonly proxy?: TextOrSecret
  readonly ca?: string
}

/** Where alerts are sent. */
export type ChannelSettings =
  | (Common & {
      readonly type: 'telegram'
      readonly chat: string
      readonly token: Secret
      readonly url: string
      readonly topic?: number
    })
  | (Common & {readonly type: 'slack'; readonly url: Secret})
  | (Common & {
      readonly type: 'webhook'
      readonly url: TextOrSecret
      readonly method: 'POST' | 'PUT'
      readonly headers: Readonly<Record<string, TextOrSecret>>
      readonly secrets: readonly Secret[]
    })
  | (Common & {
      readonly type: 'smtp'
      readonly host: string
      readonly port: number
      readonly tls: 'none' | 'starttls' | 'implicit'
      readonly user?: string
      readonly password?: Secret
      readonly from: string
      readonly to: readonly string[]
    })
  | (Common & {readonly type: 'pagerduty'; readonly routingKey: Secret; readonly url: string})
  | (Common & {readonly type: 'ping'; readonly url: TextOrSecret})
  | (Common & {readonly type: 'syslog'; readonly facility: string; readonly tag: string; readonly socket?: string})
  | (Common & {readonly type: 'ntfy'; readonly url: string; readonly topic: string; readonly token?: Secret})
  | (Common & {readonly type: 'alertmanager'; readonly url: string})
  | (Common & {readonly type: 'apprise'; readonly url: Secret})
  | (Common & {readonly type: 'file'; readonly path: string})
  | (Common & {readonly type: 'command'; readonly command: Argv})

/** Which alerts are sent to which channels, and how often. */
export interface AlertingSettings {
  /** Wait so long for further alerts of the same group before the first message. */
  readonly groupWaitMs: number
  /** Between two messages of a group that changed. */
  readonly groupIntervalMs: number
  /** Between two messages of a group that did not change. */
  readonly repeatIntervalMs: number
  /** The first route that matches takes the alert. */
  readonly routes: readonly AlertRoute[]
}

interface AlertRoute {
  /** This level or a worse one. */
  readonly level: AlertLevel
  /** Glob patterns of job names; empty for all, including alerts of no job. */
  readonly jobs: readonly string[]
  /** Names of channels. */
  readonly to: readonly string[]
}
