import type {AlertLevel, Argv} from './job.js'
import type {Secret, TextOrSecret} from './secret.js'

interface Common {
  /** Limit of one delivery. */
  readonly timeoutMs: number
  /** Takes the messages that this channel cannot deliver. */
  readonly fallback?: string
  /** Address of the proxy for requests. */
  readonly proxy?: TextOrSecret
  /** File with the certificates of further authorities. */
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
  | (Common & {
      readonly type: 'alertmanager'
      readonly url: string
      readonly user?: string
      readonly password?: Secret
      readonly token?: Secret
    })
  | (Common & {readonly type: 'apprise'; readonly url: Secret})
  | (Common & {readonly type: 'file'; readonly path: string})
  | (Common & {readonly type: 'command'; readonly command: Argv})

/** Which alerts are sent to which channels, and how often. */
export interface AlertingSettings {
  /** Wait so long for further alerts of the same group before the first message. */
  readonly groupWaitMs: number
  /** Between two messages of a group that changed. */
  readonly groupIntervalMs: number
  /** From each message to the next one about a group that did not change; the last one is repeated. */
  readonly repeatMs: readonly number[]
  /** Most messages of one channel within an hour. */
  readonly cap: number
  /** How long a command that is not a run may send what waits. */
  readonly inlineLimitMs: number
  readonly quietHours: readonly QuietHoursSettings[]
  /** The first route that matches takes the alert. */
  readonly routes: readonly AlertRoute[]
}

/** Hours in which only CRITICAL alerts are sent. */
export interface QuietHoursSettings {
  /** `22:00` */
  readonly from: string
  readonly to: string
  /** Days on which they begin; each day if absent. */
  readonly days?: readonly string[]
  /** That of the machine if absent. */
  readonly timezone?: string
}

export interface AlertRoute {
  /** This level or a worse one. */
  readonly level: AlertLevel
  /** Glob patterns of job names; empty for all, including alerts of no job. */
  readonly jobs: readonly string[]
  /** Names of channels. */
  readonly to: readonly string[]
}
