import type {Message, Receipt, SendOutcome} from '../../domain/delivery/message.js'
import type {ChannelSettings} from '../../domain/settings/alerting.js'
import type {TextOrSecret} from '../../domain/settings/secret.js'
import type {RunCommand} from '../process/run-command.js'
import type {HttpProblem} from './http-problem.js'
import type {HttpAnswer, HttpRequest} from './post.js'

/** What each channel works with during one attempt. */
export interface ChannelTools {
  /** With the channel's proxy and certificates, within its time limit. */
  readonly post: (request: HttpRequest) => Promise<HttpAnswer | HttpProblem>
  readonly runCommand: RunCommand
  /** Reads a secret and has it masked in reasons. `key` is its key below the channel. Throws GuardError `config`. */
  readonly secret: (value: TextOrSecret, key: string) => string
  /** IANA name, for times in texts. */
  readonly timezone: string
  /** Of this delivery. */
  readonly timeoutMs: number
  /** Ends the attempt, also at its limit. */
  readonly signal: AbortSignal
  /** See `post`. */
  readonly proxy: string | undefined
  readonly ca: string | undefined
}

export type SettingsOf<T extends ChannelSettings['type']> = Extract<ChannelSettings, {readonly type: T}>

/** How one type of channel sends a message. May throw: `openChannel` makes an outcome of it. */
export type SendBy<T extends ChannelSettings['type']> = (
  message: Message,
  settings: SettingsOf<T>,
  tools: ChannelTools,
  /** Of the first message of the group. */
  first: Receipt | undefined,
  /** The recipients that do not have it yet; undefined for all. */
  owedTo?: readonly string[],
) => Promise<SendOutcome>
