import {span} from '../clock/span.js'
import {wellElsewhere} from './bad-end.js'
import type {Judged} from './freshness.js'
import type {IncidentFacts, JobFacts} from './job-facts.js'
import {isWell} from './last-end.js'
import type {Verdict, VerdictKind} from './verdict-kind.js'

/** A flapping job is well again after its time of health, and this many good runs. */
const calmRuns = 3

interface Evidence {
  readonly facts: JobFacts
  readonly outputs: Judged
}

/**
 * The verdict on a job with an open incident against which nothing speaks any more. It keeps the kind of the incident
 * until there is proof: a start, a lease that is alive or a skipped run prove no success.
 */
export function heldOpen(verdict: Verdict, {facts, outputs}: Evidence): Verdict {
  const {incident, now} = facts
  if (!incident) return verdict
  const {level} = incident
  const own = proofOf(facts, incident, outputs)
  const elsewhere = own === undefined ? wellElsewhere(facts, incident.openedUptimeMs) : undefined
  const proof = own ?? elsewhere
  const missing = proof === undefined ? missingProof(verdict, facts, outputs) : flapsStill(facts, incident)
  if (missing === undefined) {
    const {reason} = elsewhere === undefined ? verdict : {reason: elsewhere}
    return {...verdict, status: 'ok', level, kind: resolvedKind(verdict), reason, ...withProof(proof)}
  }
  const status = now.uptimeMs < now.graceEndMs ? 'unknown' : 'failing'
  const kind = incident.kind as VerdictKind
  return {kind, status, level, reason: missing, ...withProof(proof)}
}

function withProof(proof: string | undefined): Pick<Verdict, 'proof'> {
  return proof === undefined ? {} : {proof}
}

function resolvedKind({kind}: Verdict): VerdictKind {
  return kind === 'unknown' ? 'healthy' : kind
}

function missingProof(verdict: Verdict, facts: JobFacts, outputs: Judged): string {
  const {lastEnd, incident} = facts
  const hasEndedWell = lastEnd && incident && isWell(lastEnd) && lastEnd.uptimeMs >= incident.openedUptimeMs
  if (hasEndedWell) return `not over until its outputs keep their rule; ${outputs.reason}`
  return `not over until a run ends well; ${present(verdict, facts)}`
}

function present({reason}: Verdict, {liveness, now}: JobFacts): string {
  if (liveness.is !== 'running' && liveness.is !== 'running-unleased') return reason
  return `running for ${span(now.uptimeMs - liveness.startedUptimeMs)}`
}

/** @returns undefined if nothing proves that the job succeeds again */
function proofOf(facts: JobFacts, incident: IncidentFacts, outputs: Judged): string | undefined {
  const {lastEnd, hasRuns, now, liveness, openclaw} = facts
  const isSince = lastEnd !== undefined && isWell(lastEnd) && lastEnd.uptimeMs >= incident.openedUptimeMs
  const byRun = isSince && isWhole(facts, incident, outputs)
  // A job that takes leases proves success by a release.
  const byOutputs = incident.kind !== 'failing' || (!hasRuns && liveness.is === 'never-seen')
  const mends = byRun ? isAboutOutputs(facts, incident) : byOutputs
  if (mends && outputs.freshness === 'fresh' && isRewritten(facts, incident)) return outputs.reason
  if (byRun) return `its last run ended well ${span(now.at - lastEnd.endedAt)} ago`
  // Only OpenClaw knows of such a job.
  const isOfOpenClaw = liveness.is === 'never-seen' && facts.outputs.length === 0
  const hasRun = facts.openclawRanUptimeMs !== undefined && facts.openclawRanUptimeMs >= incident.openedUptimeMs
  return isOfOpenClaw && hasRun && openclaw?.state === 'healthy' ? `OpenClaw: ${openclaw.reason}` : undefined
}

/**
 * Whether the outputs do not speak against a good end. What the next run has taken away was whole, unless the trouble was
 * about it; a job that is running in each round would else never be well again.
 */
function isWhole({badOutputSinceMs}: JobFacts, {kind}: IncidentFacts, {freshness}: Judged): boolean {
  if (freshness === 'to-come') return kind === 'failing' && badOutputSinceMs === undefined
  return freshness === 'fresh' || freshness === 'none' || freshness === 'waiting'
}

/** A good end in such trouble does not say what has ended it. */
function isAboutOutputs({badOutputSinceMs}: JobFacts, {kind}: IncidentFacts): boolean {
  return kind === 'hung' || kind === 'stalled' || badOutputSinceMs !== undefined
}

function isRewritten({outputs}: JobFacts, {openedUptimeMs}: IncidentFacts): boolean {
  return outputs.some(({newest}) => newest !== undefined && newest.modifiedUptimeMs >= openedUptimeMs)
}

/** @returns undefined if the job does not flap, or has been well for long enough */
function flapsStill(facts: JobFacts, incident: IncidentFacts): string | undefined {
  if (!incident.isFlapping) return undefined
  const {wellMs, runs} = calmOf(facts, incident)
  const {wellForMs} = facts.limits
  if (wellMs >= wellForMs && runs >= calmRuns) return undefined
  const counted = facts.hasRuns && facts.streak ? ` and ${Math.min(runs, calmRuns)} of ${calmRuns} good runs` : ''
  return `flapping; well for ${span(Math.min(wellMs, wellForMs))} of ${span(wellForMs)}${counted}`
}

function calmOf({streak, lastEnd, hasRuns, now}: JobFacts, {wellSinceMs}: IncidentFacts) {
  // A good run of another host ends a row of bad ones; how many it has had since is not known here.
  const ranMs = streak ? streak.firstEndUptimeMs : lastEnd?.uptimeMs
  const sinceMs = (hasRuns ? ranMs : wellSinceMs) ?? wellSinceMs ?? now.uptimeMs
  return {wellMs: now.uptimeMs - sinceMs, runs: hasRuns && streak ? streak.count : calmRuns}
}

/** A run that is still missing is looked for so often within the time of health: of an hour each minute. */
const looks = 60

/**
 * When the incident of a job that flaps and is well now could end, from now, ms.
 *
 * @returns undefined if the job does not flap or is not well, or if nothing says that its missing runs will come
 */
export function flappingEndInMs(facts: JobFacts): number | undefined {
  const {incident, streak, hasRuns, limits, nextRunInMs} = facts
  if (!incident?.isFlapping) return undefined
  const isElsewhere = streak === undefined && wellElsewhere(facts, incident.openedUptimeMs) !== undefined
  if (hasRuns ? !streak?.isWell && !isElsewhere : incident.wellSinceMs === undefined) return undefined
  const {wellMs, runs} = calmOf(facts, incident)
  if (wellMs < limits.wellForMs) return limits.wellForMs - wellMs
  if (runs < calmRuns && nextRunInMs === undefined) return undefined
  return Math.max(nextRunInMs ?? 0, limits.wellForMs / looks)
}
