import {
  alertStream,
  breakerStream,
  deliveryStream,
  fleetStream,
  incidentStream,
  resetRequestStream,
  resetResultStream,
  schedulerStream,
  silenceStream,
} from '../../journal/failure-streams.js'
import type {Journal} from '../../journal/journal.js'
import type {JournalSpec} from '../../journal/spec.js'
import {leaseStream, runStream} from '../../journal/streams.js'
import type {Guard} from '../guard.js'

type JournalFiles = Pick<Journal<unknown>, 'inspect' | 'compactIfDue'> & {readonly name: string}

/** Every journal of the state directory, for those who look after its files. One without a record is not made. */
export function allJournals({journal}: Pick<Guard, 'journal'>): readonly JournalFiles[] {
  const filesOf = <S>(spec: JournalSpec<S>): JournalFiles => {
    const {inspect, compactIfDue} = journal(spec)
    return {name: spec.name, inspect, compactIfDue}
  }
  return [
    ...[filesOf(leaseStream), filesOf(runStream), filesOf(breakerStream), filesOf(incidentStream)],
    ...[filesOf(alertStream), filesOf(deliveryStream), filesOf(silenceStream)],
    ...[filesOf(fleetStream), filesOf(schedulerStream), filesOf(resetRequestStream), filesOf(resetResultStream)],
  ]
}
