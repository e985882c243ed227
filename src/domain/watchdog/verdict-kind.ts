/**
 * - healthy: the job lives, its last ended run ended well, and its outputs keep their whole rule
 * - misreported: the outputs are fresh and whole, but lease or OpenClaw say otherwise; the records are wrong, not the job
 * - failing: its last run ended badly, or what it wrote breaks its rule
 * - hung: it runs, but its outputs are older than they may be, or OpenClaw says that it is beyond its limit
 * - stalled: its lease expired without an end, or it has been silent for too long
 * - missed: a slot went by without a run, and there is no excuse
 * - unknown: nothing proves that it is healthy, and nothing speaks against it
 */
export type VerdictKind = 'healthy' | 'misreported' | 'failing' | 'hung' | 'stalled' | 'missed' | 'unknown'

export interface Verdict {
  readonly kind: VerdictKind
  /**
   * - ok: an incident ends
   * - unknown: nothing begins and nothing ends
   * - failing: an incident begins or goes on
   */
  readonly status: 'ok' | 'unknown' | 'failing'
  /** Of the incident. */
  readonly level: 'CRITICAL' | 'WARNING'
  readonly reason: string
  /** What proves that an open incident is over, or that a flapping job is well now. */
  readonly proof?: string
}
