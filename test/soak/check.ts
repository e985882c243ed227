import {checkIncidents} from './check-incidents.js'
import {checkMessages} from './check-messages.js'
import {checkWords} from './check-words.js'
import {type Evidence, jobOf} from './evidence.js'

/** Everything that guard said and that was not so, or did not say and that was so. Empty: it told the truth. */
export function findFaults(evidence: Evidence): readonly string[] {
  return [
    ...evidence.kinds.flatMap((kind) => [...checkIncidents(kind, evidence), ...checkWords(kind, evidence)]),
    ...strangerFaults(evidence),
    ...checkMessages(evidence),
    ...exitFaults(evidence),
  ]
}

/** Nothing is said of what is no job of the soak. */
function strangerFaults({kinds, incidents, alerts}: Evidence): readonly string[] {
  const names = new Set(kinds.map(({name}) => name))
  return [
    ...incidents.filter(({job}) => !names.has(jobOf(job))).map(({job}) => `an incident of ${job}, which is no job`),
    ...alerts
      .filter(({level, job}) => level !== 'INFO' && (job === undefined || !names.has(jobOf(job))))
      .map(({message}) => `an alert of no job: ${message}`),
  ]
}

/** 2 once an incident of level CRITICAL was told, 1 for all else that is open, else 0. */
function exitFaults({kinds, incidents, surveys, health}: Evidence): readonly string[] {
  const open = incidents.filter(({resolvedAt}) => resolvedAt === undefined)
  const isCritical = open.some(
    ({job, toldAt}) => toldAt.length > 0 && kinds.find(({name}) => name === jobOf(job))?.level === 'CRITICAL',
  )
  const expected = isCritical ? 2 : open.length > 0 ? 1 : 0
  const codes = [
    ['guard watchdog', surveys.at(-1)?.code],
    ['guard health', health.code],
  ] as const
  return codes
    .filter(([, code]) => code !== expected)
    .map(([command, code]) => `${command} exits with ${code}, not ${expected}: ${open.length} incidents are open`)
}
