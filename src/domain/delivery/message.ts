import type {AlertLevel} from '../settings/job.js'

/**
 * - trouble: jobs are in trouble; also the growth and the repetition of such a message.
 * - recovery: the trouble of a group is over.
 * - digest: what was held back by the cap or by quiet hours.
 * - notice: what concerns guard itself or no job, such as a watchdog that is late or a silence that has ended.
 * - test: sent by hand to try a channel.
 */
export type MessageKind = 'trouble' | 'recovery' | 'digest' | 'notice' | 'test'

/** What a message says of one job. */
export interface JobNews {
  readonly job: string
  readonly level: AlertLevel
  /** One sentence: what is wrong, or how it ended. */
  readonly reason: string
  readonly outcome?: string | undefined
  readonly failureClass?: string | undefined
  readonly runId?: string | undefined
  /** How many runs in a row ended badly. */
  readonly badRuns?: number | undefined
  /** Of the last run. */
  readonly durationMs?: number | undefined
  /** The line of the output that names the cause, masked. */
  readonly errorLine?: string | undefined
  /** The last lines of the output, masked. */
  readonly lastLines?: readonly string[] | undefined
  /** What guard has tried, each as one short phrase. */
  readonly tried?: readonly string[] | undefined
  /** Wall clock, ms: the end of the last good run. */
  readonly healthySinceMs?: number | undefined
  /** Wall clock, ms. */
  readonly sinceMs: number
}

/** One message for one channel. It is sent as it is here however often it is attempted, always with the same id. */
export interface Message {
  readonly id: string
  readonly channel: string
  /** Names what belongs together: the same cause. A recovery has the group of the trouble that it ends. */
  readonly group: string
  readonly kind: MessageKind
  readonly level: AlertLevel
  /** One line of at most 120 characters; the same in each channel. */
  readonly title: string
  readonly host: string
  /** Wall clock, ms: when it was written. */
  readonly atMs: number
  /** The jobs that are named, at most ten. */
  readonly jobs: readonly JobNews[]
  /** Of all the jobs concerned, also those that are not named. */
  readonly jobCount: number
  /** What all of them have in common; undefined if nothing but the class. */
  readonly cause?: string | undefined
  /** Wall clock, ms: when that began which it is about, and the last news of it. */
  readonly firstMs: number
  readonly lastMs: number
  /** How long the trouble lasted. Of a recovery alone. */
  readonly durationMs?: number | undefined
  /** Of a recovery: that its job is well is not known, for nobody watches it any more. */
  readonly isGivenUp?: boolean | undefined
  /** Free text, one item a paragraph: what a digest lists, what an unsent message that was merged into this one had said. */
  readonly notes: readonly string[]
  /** How late it is, ms, if it could not be sent in time; 0 otherwise. */
  readonly lateMs: number
  /** The command that shows more. */
  readonly command?: string | undefined
}

/** What a channel gives back for a message that has arrived: enough to edit it or to answer to it. All values are short. */
export type Receipt = Readonly<Record<string, string | number>>

/** The recipients that may get a message later which the others have. */
export interface Owed {
  readonly to: readonly string[]
  /** Who it is and why, in plain words and without secrets. */
  readonly reason: string
}

export type SendOutcome =
  | {readonly ok: true; readonly receipt: Receipt; readonly owed?: Owed | undefined}
  | {
      readonly ok: false
      /** In plain words, with what to do where that is known, and without secrets. */
      readonly reason: string
      /**
       * - transient: it is tried again.
       * - permanent: this message can never arrive by this channel as it is set up.
       * - deferred: nothing was sent, since this process lacks a secret; another process may have it.
       */
      readonly failure: 'transient' | 'permanent' | 'deferred'
      /** The receiver has asked for so long a pause of the whole channel, ms. */
      readonly retryAfterMs?: number | undefined
    }
