import {span} from '../clock/span.js'
import {badEnd, lastRunText} from './bad-end.js'
import {type Judged, outputsFreshness} from './freshness.js'
import type {IncidentFacts, JobFacts} from './job-facts.js'
import {isWell} from './last-end.js'
import {heldOpen} from './open-incident.js'
import {judgeSlot, type SlotVerdict} from './slot.js'
import type {Verdict, VerdictKind} from './verdict-kind.js'

interface Evidence {
  readonly facts: JobFacts
  readonly outputs: Judged
  readonly slot: SlotVerdict
}

/** The decision table. Its first row that fits decides. */
export function judgeJob(facts: JobFacts): Verdict {
  // Whatever was before, the next run is refused.
  if (facts.settingsProblem !== undefined) return trouble('failing', facts.settingsProblem)
  const evidence: Evidence = {facts, outputs: outputsFreshness(facts), slot: judgeSlot(facts)}
  const bad = badEnd(facts)
  const verdict = bad ?? judgeLiveness(evidence)
  if (verdict.status !== 'failing') return facts.incident ? heldOpen(verdict, evidence) : verdict
  const excuse = switchedOff(facts) ?? (bad ? undefined : graceText(facts))
  return excuse === undefined ? verdict : excused(verdict, excuse, facts.incident)
}

/** A job that a person switched off need not run; the reset daemon switches jobs off too, and enables them itself. */
function switchedOff({openclaw, liveness}: JobFacts): string | undefined {
  if (openclaw?.state !== 'disabled' || liveness.is === 'running' || liveness.is === 'running-unleased')
    return undefined
  return `OpenClaw: ${openclaw.reason}`
}

/** Nothing is late right after a boot, a suspend or a jump of the clock: everything is only just starting again. */
function graceText({now}: JobFacts): string | undefined {
  if (now.uptimeMs >= now.graceEndMs) return undefined
  const what = now.disturbance.is === 'boot' ? 'the boot' : 'a suspend or a jump of the clock'
  return `grace after ${what} ${span(now.uptimeMs - now.disturbance.uptimeMs)} ago`
}

function excused(verdict: Verdict, excuse: string, incident: IncidentFacts | undefined): Verdict {
  const kind = (incident?.kind as VerdictKind | undefined) ?? 'unknown'
  return {...verdict, kind, status: 'unknown', reason: `${excuse}; without it: ${verdict.reason}`}
}

function judgeLiveness(evidence: Evidence): Verdict {
  const {facts, outputs} = evidence
  const {liveness, now} = facts
  switch (liveness.is) {
    case 'running': {
      const alive = `its lease is alive, renewed ${span(now.uptimeMs - liveness.seenUptimeMs)} ago`
      return badOutputs(evidence, 'its lease is alive') ?? overrun(evidence) ?? vetoed(evidence, alive)
    }
    case 'expired': {
      const what = liveness.isDead ? 'its process is dead' : 'its lease expired'
      const lost = `${what}, last sign ${span(now.uptimeMs - liveness.seenUptimeMs)} ago`
      return outputs.freshness === 'fresh' ? misreported(lost, outputs) : trouble('stalled', withOutputs(lost, outputs))
    }
    case 'running-unleased':
      return overrun(evidence) ?? judgeEnded(evidence, liveness)
    case 'ended':
      return judgeEnded(evidence, liveness)
    case 'never-seen':
      return judgeUnseen(evidence)
  }
}

/** A run that lasts too long, unless fresh outputs show that it works. @returns undefined if it does not */
function overrun({facts, outputs}: Evidence): Verdict | undefined {
  const {liveness, longestRunMs, now} = facts
  if (longestRunMs === undefined || liveness.is === 'never-seen') return undefined
  const lastsMs = now.uptimeMs - liveness.startedUptimeMs
  if (lastsMs <= longestRunMs) return undefined
  const reason = `its run has lasted for ${span(lastsMs)}, at most ${span(longestRunMs)} is allowed`
  return outputs.freshness === 'fresh' ? misreported(reason, outputs) : trouble('hung', reason)
}

type LastRun = Extract<JobFacts['liveness'], {readonly is: 'ended'} | {readonly is: 'running-unleased'}>

function judgeEnded(evidence: Evidence, liveness: LastRun): Verdict {
  const {facts, outputs, slot} = evidence
  const silentMs = facts.now.uptimeMs - liveness.seenUptimeMs
  const {freshForMs, vetoForMs} = facts.limits
  const ended = lastRunText(facts)
  const bad = badOutputs(evidence, ended)
  if (bad && outputs.freshness === 'broken') return bad
  if (slot.is === 'missed') return judgeMissed(evidence)
  if (freshForMs !== undefined && silentMs > freshForMs) {
    const elsewhere = otherHost(facts, freshForMs)
    if (elsewhere !== undefined) return unknown(elsewhere)
    const silent = `its last run ended ${span(silentMs)} ago, at most ${span(freshForMs)} is allowed`
    return outputs.freshness === 'fresh'
      ? misreported(silent, outputs)
      : trouble('stalled', withOutputs(silent, outputs))
  }
  if (bad) return bad
  const openclaw = openclawTrouble(evidence)
  if (openclaw && outputs.freshness !== 'fresh' && silentMs > (freshForMs ?? vetoForMs)) return openclaw
  if (slot.is === 'excused') return unknown(slot.reason)
  // A run of long ago proves nothing if the schedule has had later slots.
  if (slot.is === 'early' && !facts.lastEnd) return unknown(`${ended}; ${slot.reason}`)
  if (slot.is === 'early' && slot.isSetBack) return unknown(`${ended}; ${slot.reason}`)
  return vetoed(evidence, ended)
}

/** Content that breaks its rule after a good end is a failure of the job; else it writes nothing while it runs. */
function badOutputs({facts, outputs}: Evidence, proof: string): Verdict | undefined {
  const {lastEnd} = facts
  if (outputs.freshness === 'stale') return trouble('hung', `${proof}, but ${outputs.reason}`)
  if (outputs.freshness !== 'broken') return undefined
  return trouble(lastEnd && isWell(lastEnd) ? 'failing' : 'hung', `${proof}, but ${outputs.reason}`)
}

function judgeUnseen(evidence: Evidence): Verdict {
  const {facts, outputs, slot} = evidence
  if (outputs.freshness === 'fresh') return vetoed(evidence, outputs.reason)
  const openclaw = openclawTrouble(evidence)
  if (openclaw) return openclaw
  if (slot.is === 'missed') return judgeMissed(evidence)
  // Without an age limit, files that are not there yet may come with the first run, whenever that is.
  const hasAgeLimit = facts.outputs.some(({maxAgeMs}) => maxAgeMs !== undefined)
  const isBad = outputs.freshness === 'broken' || (outputs.freshness === 'stale' && hasAgeLimit)
  if (isBad) return trouble('stalled', `no run was ever seen, and ${outputs.reason}`)
  if (slot.is === 'excused') return unknown(slot.reason)
  if (facts.openclaw?.state === 'healthy') return judgeByOpenClaw(facts, facts.openclaw.reason)
  return judgeNeverSeen(facts, outputs)
}

/** An enabled job whose next slot is not late proves nothing: OpenClaw has to know of a run. */
function judgeByOpenClaw({openclawRanUptimeMs}: JobFacts, reason: string): Verdict {
  const text = `OpenClaw: ${reason}`
  return openclawRanUptimeMs === undefined ? unknown(`${text}; it knows of no run yet`) : ok('healthy', text)
}

/** Only one host of a fleet runs a job; the others know by their skipped runs that it does. */
function otherHost({skipped, now}: JobFacts, freshForMs: number): string | undefined {
  const agoMs = skipped?.byOtherHost ? now.uptimeMs - skipped.uptimeMs : undefined
  return agoMs !== undefined && agoMs <= freshForMs ? `skipped ${span(agoMs)} ago: ${skipped?.reason}` : undefined
}

function judgeNeverSeen(facts: JobFacts, outputs: Judged): Verdict {
  const {now, limits, watchedSinceMs, openclaw} = facts
  const watchedMs = now.uptimeMs - watchedSinceMs
  if (limits.freshForMs !== undefined && watchedMs > limits.freshForMs) {
    const elsewhere = otherHost(facts, limits.freshForMs)
    if (elsewhere !== undefined) return unknown(elsewhere)
    return trouble(
      'stalled',
      `no run was ever seen in ${span(watchedMs)}, at most ${span(limits.freshForMs)} is allowed`,
    )
  }
  const asked = openclaw?.state === 'unknown' ? `; ${openclaw.reason}` : ''
  const seen = outputs.freshness === 'none' ? '' : `; ${outputs.reason}`
  return unknown(`nothing is known yet, watched for ${span(watchedMs)}${seen}${asked}`)
}

/** Output written after the slot was due proves that the job ran without a record. */
function judgeMissed({facts, outputs, slot}: Evidence): Verdict {
  const due = facts.slot?.due.uptimeMs ?? facts.now.uptimeMs
  const wrote = facts.outputs.some(({newest}) => newest !== undefined && newest.modifiedUptimeMs >= due)
  if (wrote && outputs.freshness === 'fresh') return misreported(slot.reason, outputs)
  return trouble('missed', withOutputs(slot.reason, outputs))
}

/** Healthy if a good end or fresh outputs prove it. A proof of liveness outranks what OpenClaw says. */
function vetoed(evidence: Evidence, proof: string): Verdict {
  const {facts, outputs} = evidence
  const {lastEnd} = facts
  const isProven = outputs.freshness === 'fresh' || (lastEnd !== undefined && isWell(lastEnd))
  const openclaw = openclawTrouble(evidence)
  if (openclaw) return ok('misreported', `${openclaw.reason}; yet ${proof}`)
  if (isProven) return ok('healthy', proof)
  const last = lastEnd || facts.uncounted ? lastRunText(facts) : 'no run has ended yet'
  return unknown(proof === last ? proof : `${proof}; ${last}`)
}

function openclawTrouble({facts: {openclaw}}: Evidence): Verdict | undefined {
  const reason = `OpenClaw: ${openclaw?.reason}`
  switch (openclaw?.state) {
    case 'hung':
    case 'failing':
      return trouble(openclaw.state, reason)
    case 'wedged':
      return trouble('stalled', reason)
    case 'missed':
    case 'auto-disabled':
    case 'vanished':
      return trouble('missed', reason)
    default:
      return undefined
  }
}

function misreported(what: string, outputs: Judged): Verdict {
  return ok('misreported', `${what}; yet ${outputs.reason}`)
}

function ok(kind: VerdictKind, reason: string): Verdict {
  return {kind, status: 'ok', level: 'CRITICAL', reason}
}

function unknown(reason: string): Verdict {
  return {kind: 'unknown', status: 'unknown', level: 'CRITICAL', reason}
}

function trouble(kind: VerdictKind, reason: string): Verdict {
  return {kind, status: 'failing', level: 'CRITICAL', reason}
}

function withOutputs(what: string, outputs: Judged): string {
  return outputs.freshness === 'stale' || outputs.freshness === 'broken' ? `${what}; ${outputs.reason}` : what
}
