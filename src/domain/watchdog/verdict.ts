import {type Judged, outputsFreshness, span} from './freshness.js'
import type {JobFacts} from './job-facts.js'
import {judgeSlot, type SlotVerdict} from './slot.js'

/**
 * - healthy: the evidence proves that the job runs as it should, or nothing speaks against it.
 * - misreported: no proof from lease or OpenClaw, yet the outputs are fresh. The bookkeeping is wrong, not the job.
 * - hung: the lease proves liveness, the outputs are older than they may be.
 * - stalled: neither the lease nor the outputs show liveness, or what life there is can no longer be healed.
 * - missed: a slot went by without a run.
 */
export type VerdictKind = 'healthy' | 'misreported' | 'hung' | 'stalled' | 'missed'

export interface Verdict {
  readonly kind: VerdictKind
  /**
   * - ok: there is evidence of liveness, an incident ends
   * - unknown: nothing is known or a grace runs; nothing begins and nothing ends
   * - failing: an incident begins or goes on
   */
  readonly status: 'ok' | 'unknown' | 'failing'
  readonly reason: string
}

interface Evidence {
  readonly facts: JobFacts
  readonly outputs: Judged
  readonly slot: SlotVerdict
}

/** The decision table. Its first row that fits decides. */
export function judgeJob(facts: JobFacts): Verdict {
  const evidence: Evidence = {facts, outputs: outputsFreshness(facts), slot: judgeSlot(facts)}
  const verdict = judgeLiveness(evidence)
  return verdict.status === 'failing' ? switchedOff(graced(verdict, facts), facts) : verdict
}

/** What a person switched off is not to run; the reset daemon switches off too, and answers for it itself. */
function switchedOff(verdict: Verdict, {openclaw, liveness}: JobFacts): Verdict {
  if (openclaw?.state !== 'disabled' || liveness.is === 'running' || liveness.is === 'running-unleased') return verdict
  return {kind: 'healthy', status: 'unknown', reason: `OpenClaw: ${openclaw.reason}; else: ${verdict.reason}`}
}

/** Nothing is late right after a boot, a suspend or a jump of the clock: everything is only just starting again. */
function graced(verdict: Verdict, {now, limits}: JobFacts): Verdict {
  const calmMs = now.uptimeMs - now.undisturbedSinceMs
  if (calmMs >= limits.bootGraceMs) return verdict
  const reason = `grace after a boot or a jump of the clock ${span(calmMs)} ago; without it: ${verdict.reason}`
  return {kind: 'healthy', status: 'unknown', reason}
}

function judgeLiveness(evidence: Evidence): Verdict {
  const {facts, outputs} = evidence
  const {liveness, now} = facts
  switch (liveness.is) {
    case 'running':
      if (outputs.freshness === 'stale') return trouble('hung', `its lease is alive, but ${outputs.reason}`)
      return vetoed(evidence, `its lease is alive, renewed ${span(now.uptimeMs - liveness.seenUptimeMs)} ago`)
    case 'expired': {
      const lost = `its lease expired, last sign ${span(now.uptimeMs - liveness.seenUptimeMs)} ago`
      return outputs.freshness === 'fresh' ? misreported(lost, outputs) : trouble('stalled', withOutputs(lost, outputs))
    }
    case 'running-unleased':
    case 'ended':
      return judgeEnded(evidence, liveness)
    case 'never-seen':
      return judgeUnseen(evidence)
  }
}

type LastRun = Extract<JobFacts['liveness'], {readonly is: 'ended'} | {readonly is: 'running-unleased'}>

function judgeEnded(evidence: Evidence, liveness: LastRun): Verdict {
  const {facts, outputs, slot} = evidence
  const silentMs = facts.now.uptimeMs - liveness.seenUptimeMs
  const {freshForMs, vetoForMs} = facts.limits
  if (slot.is === 'missed') return judgeMissed(evidence)
  if (freshForMs !== undefined && silentMs > freshForMs) {
    const silent = `its last run ended ${span(silentMs)} ago, at most ${span(freshForMs)} is allowed`
    return outputs.freshness === 'fresh'
      ? misreported(silent, outputs)
      : trouble('stalled', withOutputs(silent, outputs))
  }
  const ended = lastRunText(liveness, facts)
  if (liveness.is === 'ended' && liveness.givenUp !== undefined)
    return trouble('stalled', `${ended}; not recovered again: ${liveness.givenUp}`)
  if (outputs.freshness === 'stale') return trouble('hung', `${ended}, but ${outputs.reason}`)
  const openclaw = openclawTrouble(evidence)
  if (openclaw && outputs.freshness !== 'fresh' && silentMs > (freshForMs ?? vetoForMs)) return openclaw
  if (slot.is === 'excused') return {kind: 'missed', status: 'unknown', reason: slot.reason}
  // A run of long ago proves nothing where a schedule says that there should be later ones.
  if (slot.is === 'early') return {kind: 'healthy', status: 'unknown', reason: `${ended}; ${slot.reason}`}
  return vetoed(evidence, ended)
}

function lastRunText(liveness: LastRun, {now}: JobFacts): string {
  if (liveness.is === 'running-unleased')
    return `its last run began ${span(now.uptimeMs - liveness.startedUptimeMs)} ago and goes on`
  const trouble = liveness.trouble === undefined ? '' : ` (${liveness.trouble})`
  return `its last run ended ${span(now.uptimeMs - liveness.seenUptimeMs)} ago${trouble}`
}

function judgeUnseen(evidence: Evidence): Verdict {
  const {facts, outputs, slot} = evidence
  if (outputs.freshness === 'fresh') return vetoed(evidence, outputs.reason)
  const openclaw = openclawTrouble(evidence)
  if (openclaw) return openclaw
  if (slot.is === 'missed') return judgeMissed(evidence)
  if (outputs.freshness === 'stale') return trouble('stalled', `no lease was ever seen, and ${outputs.reason}`)
  if (slot.is === 'excused') return {kind: 'missed', status: 'unknown', reason: slot.reason}
  if (facts.openclaw?.state === 'healthy') {
    return {kind: 'healthy', status: 'ok', reason: `OpenClaw: ${facts.openclaw.reason}`}
  }
  return judgeNeverSeen(facts)
}

function judgeNeverSeen({now, limits, watchedSinceMs}: JobFacts): Verdict {
  const watchedMs = now.uptimeMs - watchedSinceMs
  if (limits.freshForMs !== undefined && watchedMs > limits.freshForMs) {
    return trouble(
      'stalled',
      `no run was ever seen in ${span(watchedMs)}, at most ${span(limits.freshForMs)} is allowed`,
    )
  }
  return {kind: 'healthy', status: 'unknown', reason: `nothing is known yet, watched for ${span(watchedMs)}`}
}

/** Output written after the slot was due proves that the job ran without saying so. */
function judgeMissed({facts, outputs, slot}: Evidence): Verdict {
  const due = facts.slot?.due.uptimeMs ?? facts.now.uptimeMs
  const wrote = facts.outputs.some(({newest}) => newest !== undefined && newest.modifiedUptimeMs >= due)
  if (wrote && outputs.freshness === 'fresh') return misreported(slot.reason, outputs)
  return trouble('missed', withOutputs(slot.reason, outputs))
}

/** Healthy; a proof of life outranks what OpenClaw says, and the contradiction is recorded. */
function vetoed(evidence: Evidence, proof: string): Verdict {
  const openclaw = openclawTrouble(evidence)
  if (!openclaw) return {kind: 'healthy', status: 'ok', reason: proof}
  return {kind: 'misreported', status: 'ok', reason: `${openclaw.reason}; yet ${proof}`}
}

function openclawTrouble({facts: {openclaw}}: Evidence): Verdict | undefined {
  const reason = `OpenClaw: ${openclaw?.reason}`
  switch (openclaw?.state) {
    case 'hung':
    case 'wedged':
    case 'failing':
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
  return {kind: 'misreported', status: 'ok', reason: `${what}; yet ${outputs.reason}`}
}

function trouble(kind: VerdictKind, reason: string): Verdict {
  return {kind, status: 'failing', reason}
}

function withOutputs(what: string, outputs: Judged): string {
  return outputs.freshness === 'stale' ? `${what}; ${outputs.reason}` : what
}
