import type {SeenMessage} from './check-messages.js'
import type {JournalRecord, Workplace} from './workplace.js'

/** One incident, as docs/journal.md has its records. Wall clock milliseconds. */
export interface IncidentHistory {
  readonly id: string
  readonly job: string
  readonly verdict: string
  readonly openedAt: number
  readonly toldAt: readonly number[]
  readonly resolvedAt: number | undefined
}

export interface SeenAlert {
  readonly at: number
  readonly level: string
  readonly job: string | undefined
  readonly message: string
}

/** All incidents in the order of their opening. Of two `opened` of one job the first counts. */
export function readIncidents(place: Workplace): readonly IncidentHistory[] {
  const all = new Map<string, IncidentHistory>()
  const open = new Map<string, string>()
  for (const record of place.records('incidents')) {
    const {kind, at} = record
    const job = text(record, 'job')
    if (kind === 'opened' && !open.has(job)) {
      const id = text(record, 'id')
      open.set(job, id)
      all.set(id, {id, job, verdict: text(record, 'verdict'), openedAt: at, toldAt: [], resolvedAt: undefined})
    }
    const incident = all.get(text(record, 'incident'))
    if (!incident || open.get(job) !== incident.id) continue
    if (kind === 'escalated') all.set(incident.id, {...incident, toldAt: [...incident.toldAt, at]})
    if (kind === 'resolved') {
      open.delete(job)
      all.set(incident.id, {...incident, resolvedAt: at})
    }
  }
  return [...all.values()]
}

export function readAlerts(place: Workplace): readonly SeenAlert[] {
  return place.records('alerts').map((record) => ({
    at: record.at,
    level: text(record, 'level'),
    job: record['job'] === undefined ? undefined : text(record, 'job'),
    message: text(record, 'message'),
  }))
}

function text(record: JournalRecord, field: string): string {
  return String(record[field] ?? '')
}

/** What the channel of the soak has got, oldest first. */
export function readMessages(place: Workplace): readonly SeenMessage[] {
  // Its last line may be in the middle of being written.
  const lines = place.read('sent.jsonl').split('\n').slice(0, -1)
  return lines.map((line) => {
    const {id, kind, title, jobs, jobCount} = JSON.parse(line)
    return {id, kind, title, jobCount, jobs: jobs.map(({job}: {readonly job: string}) => job)}
  })
}
