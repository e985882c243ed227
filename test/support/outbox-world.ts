import {type AlertsState, alertEntry, alertsFold} from '../../src/domain/alert/alert.js'
import type {Message, Receipt, SendOutcome} from '../../src/domain/delivery/message.js'
import {type OutboxState, outboxFold} from '../../src/domain/delivery/outbox.js'
import {type Silence, silenceFold} from '../../src/domain/delivery/silence.js'
import type {Fold} from '../../src/domain/journal/fold.js'
import type {AlertLevel} from '../../src/domain/settings/job.js'
import type {Journal} from '../../src/journal/journal.js'
import {type DeliverDeps, deliverAlerts} from '../../src/usecases/alert/deliver-alerts.js'
import {fakeClock} from './fake-clock.js'
import {memoryJournal} from './memory-journal.js'

export const [second, minute, hour] = [1000, 60_000, 3_600_000]

/** The defaults of the settings. */
export const tellPolicy = {
  groupWaitMs: 30 * second,
  groupIntervalMs: 5 * minute,
  repeatMs: [4, 8, 16, 24].map((hours) => hours * hour),
  recoveryWaitMs: 10 * minute,
  cap: 20,
}

/** What a receiver does with a message. */
export type Receiver = (message: Message, owedTo?: readonly string[]) => SendOutcome | 'kill before' | 'kill after'

class Killed extends Error {}

/** A journal whose state goes on with each line, as the real one does: a storm has many lines. */
function foldedJournal<S>(fold: Fold<S>, clock: ReturnType<typeof fakeClock>): Journal<S> {
  const journal = memoryJournal(fold, clock)
  const state = fold.empty()
  let applied = 0
  const read = () => {
    for (; applied < journal.lines.length; applied++) fold.apply(state, journal.lines[applied] ?? {})
    return state
  }
  return {
    ...journal,
    read,
    append: (entry, durability) => {
      read()
      const record = journal.note(entry, durability)
      applied += 1
      return {record, verdict: fold.apply(state, record), state}
    },
  }
}

export interface OutboxWorld {
  readonly clock: ReturnType<typeof fakeClock>
  readonly alerts: Journal<AlertsState>
  readonly outbox: Journal<OutboxState>
  readonly silences: Journal<Map<string, Silence>>
  /** What has arrived, in order. */
  readonly arrived: Message[]
  /** Of each attempt: what the channel gave back for the first message of the group. */
  readonly firsts: (Receipt | undefined)[]
  receiver: Receiver
  isQuiet: boolean
  trouble(job: string, more?: Partial<Trouble>): void
  recover(job: string, reason?: string): void
  notice(message: string): void
  /** Empties the journal of alerts. */
  loseAlerts(): void
  /** Lets time pass; a deliverer works each second in which something may be due. */
  pass(ms: number): Promise<void>
  deliver(): Promise<void>
  /** Wall clock, ms: when something is due next. */
  nextMs(): number | undefined
  /** What a deliverer works with. */
  deps(): DeliverDeps
}

interface Trouble {
  /** How long it had lasted when it was raised. */
  readonly ageMs: number
  /** In place of a failure. */
  readonly hangs: string
  readonly errorLine: string
  readonly failureClass: string
  readonly level: AlertLevel
}

interface WorldChanges extends Partial<DeliverDeps> {
  readonly policy?: typeof tellPolicy
  readonly routes?: ReturnType<DeliverDeps['routesOf']>['routes']
}

/** The delivery without a network: real folds and decisions, a clock that tests move. */
export function outboxWorld({
  policy = tellPolicy,
  routes = [{level: 'INFO', jobs: [], to: ['ops']}],
  ...changes
}: WorldChanges = {}): OutboxWorld {
  const clock = fakeClock()
  let token = 1
  let nextId = 0
  let nextMs: number | undefined = 0
  const journals = {
    alerts: foldedJournal(alertsFold, clock),
    outbox: foldedJournal(outboxFold, clock),
    silences: foldedJournal(silenceFold, clock),
  }
  const raise = (
    job: string | undefined,
    level: AlertLevel,
    message: string,
    details: Readonly<Record<string, unknown>>,
  ) => {
    const entry = alertEntry({level, component: 'watchdog', message, details, job}, clock.now())
    // Also of a journal that takes the place of another one.
    journals.alerts.append({...entry, id: `a${++nextId}`}, 'buffered')
    nextMs = 0
  }
  const world: OutboxWorld = {
    clock,
    ...journals,
    arrived: [],
    firsts: [],
    receiver: () => ({ok: true, receipt: {}}),
    isQuiet: false,
    trouble: (job, more = {}) => {
      const {errorLine = 'ECONNREFUSED 10.0.0.1:5432', failureClass = 'connection', level = 'CRITICAL', hangs} = more
      const opened = more.ageMs !== undefined && {opened_at: new Date(clock.now() - more.ageMs).toISOString()}
      const failed = {outcome: 'failed', class: failureClass, errorLine}
      const failure = {event: 'trouble', verdict: 'failing', ...failed, ...opened}
      if (hangs === undefined) raise(job, level, `${job} is failing: ${errorLine}`, failure)
      else raise(job, level, `${job} is hung: ${hangs}`, {event: 'trouble', verdict: 'hung'})
    },
    recover: (job, reason = 'healthy again') =>
      raise(job, 'INFO', `${job}: ${reason}`, {event: 'recovered', verdict: 'failing'}),
    loseAlerts: () => {
      journals.alerts = foldedJournal(alertsFold, clock)
    },
    notice: (message) => raise(undefined, 'WARNING', message, {}),
    pass: async (ms) => {
      for (const end = clock.now() + ms; clock.now() < end; ) {
        if (nextMs !== undefined && clock.now() >= nextMs) await world.deliver()
        clock.advance(Math.min(second, end - clock.now()))
      }
    },
    nextMs: () => nextMs,
    deps: () => {
      const deps: DeliverDeps = {
        ...journals,
        readSettings: async () => false,
        routesOf: () => ({routes, settingsFile: undefined}),
        hasChannel: () => true,
        settingsFileOf: () => undefined,
        refresh: async (news) => news,
        enrich: async () => ({}),
        now: clock.now,
        policyOf: () => policy,
        host: 'web-1',
        newId: () => `m${++nextId}`,
        random: () => 0,
        quietUntilMs: () => (world.isQuiet ? clock.now() + 15 * minute : undefined),
        isKnown: () => true,
        badAtOf: () => undefined,
        fallbackOf: () => undefined,
        send: async (message, first, owedTo) => {
          world.firsts.push(first)
          return take(message, owedTo)
        },
        log: () => undefined,
        ...changes,
      }
      return deps
    },
    deliver: async () => {
      try {
        const delivered = await deliverAlerts(world.deps(), {token, isHeld: () => true})
        nextMs = delivered.nextMs
      } catch (error) {
        if (!(error instanceof Killed)) throw error
        // The next deliverer has a lease of its own.
        token += 1
        nextMs = 0
      }
    },
  }
  const take = (message: Message, owedTo: readonly string[] | undefined): SendOutcome => {
    const outcome = world.receiver(message, owedTo)
    if (outcome === 'kill before') throw new Killed()
    if (outcome === 'kill after' || outcome.ok) world.arrived.push(message)
    if (outcome === 'kill after') throw new Killed()
    return outcome
  }
  return world
}
