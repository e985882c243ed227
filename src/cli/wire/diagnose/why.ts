import type {ClockReading} from '../../../domain/clock/reading.js'
import {GuardError} from '../../../errors.js'
import {
  breakerStream,
  deliveryStream,
  incidentStream,
  resetRequestStream,
  resetResultStream,
  silenceStream,
} from '../../../journal/failure-streams.js'
import type {JournalSpec} from '../../../journal/spec.js'
import {leaseStream, runStream} from '../../../journal/streams.js'
import {firstRecordAt, journalAsOf} from '../../../usecases/diagnose/as-of.js'
import type {ExplainDeps} from '../../../usecases/diagnose/explain-job.js'
import type {Guard} from '../../guard.js'
import {startersOf} from './starters.js'
import {wireStatus} from './status.js'

/** Wires `guard why`. */
export function wireWhy(guard: Guard): ExplainDeps {
  const breakers = guard.journal(breakerStream)
  return {
    ...wireStatus(guard),
    breakers,
    journals: {
      runs: guard.runs(),
      incidents: guard.journal(incidentStream),
      deliveries: guard.journal(deliveryStream),
      breakers,
      leases: guard.leases(),
    },
    startersOf: (name) => startersOf(guard, name),
  }
}

/**
 * The same for an earlier time (wall clock, ms). What no journal keeps is left out: which processes lived, what the
 * outputs were. Throws GuardError `usage` for a time before the first record.
 */
export function wireWhyThen(guard: Guard, atMs: number): ExplainDeps {
  const first = firstRecordAt(guard.runs())
  if (first === undefined || atMs < first) {
    const what = first === undefined ? 'no run is on record' : `the first record is of ${new Date(first).toISOString()}`
    throw new GuardError('usage', `nothing is known of ${new Date(atMs).toISOString()}: ${what}`)
  }
  const then = <S>(spec: JournalSpec<S>) => journalAsOf(guard.journal(spec), spec.fold, atMs)
  const [runs, leases, incidents] = [then(runStream), then(leaseStream), then(incidentStream)]
  const [deliveries, breakers] = [then(deliveryStream), then(breakerStream)]
  const status = wireStatus(guard)
  return {
    ...status,
    readClock: () => clockThen(status.readClock(), atMs),
    leases,
    runs,
    incidents,
    breakers,
    outbox: deliveries,
    silences: then(silenceStream),
    resetRequests: then(resetRequestStream),
    resets: then(resetResultStream),
    livingProcessOf: async () => 'unknown',
    readOutputs: async (rules) => rules.map(() => ({newest: undefined, unreadable: 'what it was then is not kept'})),
    journals: {runs, incidents, deliveries, breakers, leases},
    startersOf: async () => ({sentences: [], mend: undefined}),
  }
}

/** As if the machine had been up since then without a suspend. */
function clockThen(now: ClockReading, atMs: number): ClockReading {
  return {...now, at: atMs, mono: Math.max(0, now.mono - (now.at - atMs))}
}
