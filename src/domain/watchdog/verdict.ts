import {type Judged, outputsFreshness, span} from './freshness.js'
import type {JobFacts} from './job-facts.js'
import {judgeSlot, type SlotVerdict} from './slot.js'

/**
 * - healthy: the evidence proves that the job runs as it should, or nothing speaks against it.
 * - misreported: no proof from lease or OpenClaw, yet the outputs are fresh. The bookkeeping is wrong, not the job.
 * - hung: the lease proves life, the outputs are older than they may be.
 * - stalled: neither the lease nor the outputs show life, or what life there is can no longer be healed.
 * - missed: a slot went by without a run.
 */
export type Verdict = 'healthy' | 'misreported' | 'hung' | 'stalled' | 'missed'

export interface Judgement {
  readonly verdict: Verdict
  /**
   * - proven: there is evidence of life, an incident ends
   * - presumed: nothing is known or a grace runs; nothing begins and nothing ends
   * - trouble: an incident begins or goes on
   */
  readonly calls: 'proven' | 'presumed' | 'trouble'
  readonly reason: string
}

interface Evidence {
  readonly facts: JobFacts
  readonly outputs: Judged
  readonly slot: SlotVerdict
}

/** The decision table. Its first row that fits decides. */
export function judgeJob(facts: JobFacts): Judgement {
  const evidence: Evidence = {facts, outputs: outputsFreshness(facts), slot: judgeSlot(facts)}
  const judgement = judgeLife(evidence)
  return judgement.calls === 'trouble' ? switchedOff(graced(judgement, facts), facts) : judgement
}

/** What a person switched off is not to run; the reset daemon switches off too, and answers for it itself. */
function switchedOff(judgement: Judgement, {openclaw, life}: JobFacts): Judgement {
  if (openclaw?.state !== 'disabled' || life.is === 'running' || life.is === 'leaseless') return judgement
  return {verdict: 'healthy', calls: 'presumed', reason: `OpenClaw: ${openclaw.reason}; else: ${judgement.reason}`}
}

/** Nothing is late right after a boot, a suspend or a jump of the clock: everything is only just starting again. */
function graced(judgement: Judgement, {now, limits}: JobFacts): Judgement {
  const calmMs = now.awake - now.calmAwake
  if (calmMs >= limits.bootGraceMs) return judgement
  const reason = `grace after a boot or a jump of the clock ${span(calmMs)} ago; without it: ${judgement.reason}`
  return {verdict: 'healthy', calls: 'presumed', reason}
}

function judgeLife(evidence: Evidence): Judgement {
  const {facts, outputs} = evidence
  const {life, now} = facts
  switch (life.is) {
    case 'running':
      if (outputs.freshness === 'stale') return trouble('hung', `its lease is alive, but ${outputs.reason}`)
      return vetoed(evidence, `its lease is alive, renewed ${span(now.awake - life.seenAwake)} ago`)
    case 'lost': {
      const lost = `its lease expired, last sign ${span(now.awake - life.seenAwake)} ago`
      return outputs.freshness === 'fresh' ? misreported(lost, outputs) : trouble('stalled', withOutputs(lost, outputs))
    }
    case 'leaseless':
    case 'ended':
      return judgeEnded(evidence, life)
    case 'none':
      return judgeUnseen(evidence)
  }
}

type LastRun = Extract<JobFacts['life'], {readonly is: 'ended'} | {readonly is: 'leaseless'}>

function judgeEnded(evidence: Evidence, life: LastRun): Judgement {
  const {facts, outputs, slot} = evidence
  const silentMs = facts.now.awake - life.seenAwake
  const {freshForMs, vetoForMs} = facts.limits
  if (slot.is === 'missed') return judgeMissed(evidence)
  if (freshForMs !== undefined && silentMs > freshForMs) {
    const silent = `its last run ended ${span(silentMs)} ago, at most ${span(freshForMs)} is allowed`
    return outputs.freshness === 'fresh'
      ? misreported(silent, outputs)
      : trouble('stalled', withOutputs(silent, outputs))
  }
  const ended = tellLast(life, facts)
  if (life.is === 'ended' && life.givenUp !== undefined)
    return trouble('stalled', `${ended}; not recovered again: ${life.givenUp}`)
  if (outputs.freshness === 'stale') return trouble('hung', `${ended}, but ${outputs.reason}`)
  const openclaw = openclawTrouble(evidence)
  if (openclaw && outputs.freshness !== 'fresh' && silentMs > (freshForMs ?? vetoForMs)) return openclaw
  if (slot.is === 'excused') return {verdict: 'missed', calls: 'presumed', reason: slot.reason}
  // A run of long ago proves nothing where a schedule says that there should be later ones.
  if (slot.is === 'early') return {verdict: 'healthy', calls: 'presumed', reason: `${ended}; ${slot.reason}`}
  return vetoed(evidence, ended)
}

function tellLast(life: LastRun, {now}: JobFacts): string {
  if (life.is === 'leaseless') return `its last run began ${span(now.awake - life.startedAwake)} ago and goes on`
  const trouble = life.trouble === undefined ? '' : ` (${life.trouble})`
  return `its last run ended ${span(now.awake - life.seenAwake)} ago${trouble}`
}

function judgeUnseen(evidence: Evidence): Judgement {
  const {facts, outputs, slot} = evidence
  if (outputs.freshness === 'fresh') return vetoed(evidence, outputs.reason)
  const openclaw = openclawTrouble(evidence)
  if (openclaw) return openclaw
  if (slot.is === 'missed') return judgeMissed(evidence)
  if (outputs.freshness === 'stale') return trouble('stalled', `no lease was ever seen, and ${outputs.reason}`)
  if (slot.is === 'excused') return {verdict: 'missed', calls: 'presumed', reason: slot.reason}
  if (facts.openclaw?.state === 'healthy') {
    return {verdict: 'healthy', calls: 'proven', reason: `OpenClaw: ${facts.openclaw.reason}`}
  }
  return judgeNeverSeen(facts)
}

function judgeNeverSeen({now, limits, watchedAwake}: JobFacts): Judgement {
  const watchedMs = now.awake - watchedAwake
  if (limits.freshForMs !== undefined && watchedMs > limits.freshForMs) {
    return trouble(
      'stalled',
      `no run was ever seen in ${span(watchedMs)}, at most ${span(limits.freshForMs)} is allowed`,
    )
  }
  return {verdict: 'healthy', calls: 'presumed', reason: `nothing is known yet, watched for ${span(watchedMs)}`}
}

/** Output written after the slot was due proves that the job ran without saying so. */
function judgeMissed({facts, outputs, slot}: Evidence): Judgement {
  const due = facts.slot?.due.awake ?? facts.now.awake
  const wrote = facts.outputs.some(({newest}) => newest !== undefined && newest.modifiedAwake >= due)
  if (wrote && outputs.freshness === 'fresh') return misreported(slot.reason, outputs)
  return trouble('missed', withOutputs(slot.reason, outputs))
}

/** Healthy; a proof of life outranks what OpenClaw says, and the contradiction is recorded. */
function vetoed(evidence: Evidence, proof: string): Judgement {
  const openclaw = openclawTrouble(evidence)
  if (!openclaw) return {verdict: 'healthy', calls: 'proven', reason: proof}
  return {verdict: 'misreported', calls: 'proven', reason: `${openclaw.reason}; yet ${proof}`}
}

function openclawTrouble({facts: {openclaw}}: Evidence): Judgement | undefined {
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

function misreported(what: string, outputs: Judged): Judgement {
  return {verdict: 'misreported', calls: 'proven', reason: `${what}; yet ${outputs.reason}`}
}

function trouble(verdict: Verdict, reason: string): Judgement {
  return {verdict, calls: 'trouble', reason}
}

function withOutputs(what: string, outputs: Judged): string {
  return outputs.freshness === 'stale' ? `${what}; ${outputs.reason}` : what
}
