import type {Message, Receipt, SendOutcome} from '../../domain/delivery/message.js'

export interface SendContext {
  /** Ends the attempt; a channel gives up at once and says `transient`. */
  readonly signal: AbortSignal
  /** Of the first message of this group on this channel that arrived and is not over; undefined for the first one. */
  readonly first: Receipt | undefined
  /** The recipients that do not have it yet; undefined for all. */
  readonly owedTo?: readonly string[] | undefined
}

/** A way by which messages leave the machine. */
export interface Channel {
  /** Sends one message. Never throws for what the network or the receiver does. */
  send(message: Message, context: SendContext): Promise<SendOutcome>
}
