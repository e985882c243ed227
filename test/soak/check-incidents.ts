import {type Evidence, jobOf, troublesOf} from './evidence.js'
import type {Kind, Trouble} from './kind.js'
import {flappingIncidents} from './limits.js'
import type {IncidentHistory} from './records.js'
import {hasRoundWithin, settledAfter} from './rounds.js'

/** A record is stamped a little before or after what it speaks of. Milliseconds. */
const slackMs = 150

interface Case {
  readonly kind: Kind
  readonly evidence: Evidence
  readonly troubles: readonly Trouble[]
  readonly incidents: readonly IncidentHistory[]
}

/** False, missed, too early ended and forgotten incidents of one job, and those told wrongly. One line each. */
export function checkIncidents(kind: Kind, evidence: Evidence): readonly string[] {
  const troubles = troublesOf(kind, evidence)
  const incidents = evidence.incidents.filter(({job}) => jobOf(job) === kind.name)
  const one: Case = {kind, evidence, troubles, incidents}
  const faults = [
    ...incidents.filter((incident) => !troubleOf(incident, one)).map(falseText),
    ...troubles
      .filter((trouble) => isMissed(trouble, one))
      .map((trouble) => `missed: trouble since ${clock(trouble.certain)}`),
    ...(kind.flaps ? flappingFaults(one) : incidents.flatMap((incident) => courseFaults(incident, one))),
    ...alertFaults(one),
  ]
  return faults.map((fault) => `${kind.name}: ${fault}`)
}

function falseText({verdict, openedAt}: IncidentHistory): string {
  return `false: an incident (${verdict}) was opened at ${clock(openedAt)}, when nothing was wrong`
}

function troubleOf({openedAt}: IncidentHistory, {troubles, evidence}: Case): Trouble | undefined {
  return troubles.findLast(
    ({from, over}) =>
      openedAt >= from - slackMs && (over === Infinity || openedAt <= settledAfter(evidence.rounds, over) + slackMs),
  )
}

function isMissed({certain, to}: Trouble, {evidence, incidents}: Case): boolean {
  if (!hasRoundWithin(evidence.rounds, certain, to)) return false
  return !incidents.some(({openedAt, resolvedAt = Infinity}) => openedAt <= to && resolvedAt >= certain)
}

function courseFaults(incident: IncidentHistory, one: Case): readonly string[] {
  const trouble = troubleOf(incident, one)
  if (!trouble) return []
  const {resolvedAt = Infinity} = incident
  const next = one.troubles.find(({from}) => from > trouble.from)
  const faults: string[] = []
  if (resolvedAt < trouble.to) faults.push(`resolved at ${clock(resolvedAt)} without a healthy end`)
  if (resolvedAt === Infinity && hasRoundWithin(one.evidence.rounds, trouble.over, next?.from ?? Infinity)) {
    faults.push(`not resolved by the healthy end at ${clock(trouble.over)}`)
  }
  return [...faults, ...tellingFaults(incident, trouble, one)]
}

function tellingFaults(incident: IncidentHistory, trouble: Trouble, {kind, evidence}: Case): readonly string[] {
  const {openedAt, toldAt} = incident
  const {escalateAfterMs, rounds} = evidence
  const [first, ...more] = toldAt
  if (more.length > 0) return [`told ${toldAt.length} times`]
  if (first !== undefined) {
    const isEarly = kind.told === 'in-time' && first < trouble.from + escalateAfterMs - slackMs
    return isEarly ? [`told at ${clock(first)}, before it had lasted for escalateAfter`] : []
  }
  const due = Math.max(openedAt, trouble.certain) + (kind.told === 'at-once' ? 0 : escalateAfterMs) + slackMs
  return hasRoundWithin(rounds, due, trouble.to) ? [`not told, though it was due at ${clock(due)}`] : []
}

/** Many short incidents become one, which is told once and stays open. */
function flappingFaults({incidents, troubles, evidence}: Case): readonly string[] {
  const seen = troubles.filter(({certain, to}) => hasRoundWithin(evidence.rounds, certain, to))
  const told = incidents.flatMap(({toldAt}) => toldAt)
  if (seen.length < flappingIncidents) return told.length > 0 ? ['told before it flapped'] : []
  const faults: string[] = []
  if (told.length !== 1) faults.push(`flaps: told ${told.length} times, not once`)
  if (incidents.length > flappingIncidents)
    faults.push(`flaps: ${incidents.length} incidents instead of one that stays`)
  if (incidents.at(-1)?.resolvedAt !== undefined) faults.push('flaps: its incident does not stay open')
  return faults
}

function alertFaults({kind, incidents, evidence}: Case): readonly string[] {
  const own = evidence.alerts.filter(({job}) => job !== undefined && jobOf(job) === kind.name)
  const calls = own.filter(({level}) => level !== 'INFO')
  const told = incidents.reduce((sum, {toldAt}) => sum + toldAt.length, 0)
  const faults: string[] = []
  if (calls.length !== told) faults.push(`${calls.length} alerts for ${told} told incidents`)
  const wrong = calls.find(({level}) => level !== kind.level)
  if (wrong) faults.push(`an alert of level ${wrong.level}, not ${kind.level}`)
  const over = incidents.filter(({toldAt, resolvedAt}) => toldAt.length > 0 && resolvedAt !== undefined).length
  if (own.length - calls.length < over) faults.push(`the end of ${over} told incidents was not told`)
  return faults
}

/** Of the day, UTC; for people who look into the journals. */
export function clock(at: number): string {
  return Number.isFinite(at) ? new Date(at).toISOString().slice(11, 23) : 'the end'
}
