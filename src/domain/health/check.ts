/**
 * - degraded: it works, and needs attention in working hours, or guard is recovering it
 * - unhealthy: it does not work, or is about to stop working
 */
export type HealthVerdict = 'healthy' | 'degraded' | 'unhealthy'

export type CheckName =
  | 'disk'
  | 'memory'
  | 'load'
  | 'state'
  | 'journals'
  | 'leases'
  | 'runs'
  | 'breakers'
  | 'incidents'
  | 'alerts'
  | 'watchdog'
  | 'reset-daemon'
  | 'scheduler'
  | 'fleet'
  | 'settings'

/** One line of `guard health`. */
export interface Check {
  readonly check: CheckName
  readonly verdict: HealthVerdict
  /** The figures that the verdict rests on, for people. */
  readonly reason: string
  /** The same for programs: plain JSON, bytes and milliseconds. */
  readonly facts: Readonly<Record<string, unknown>>
}

/** The worst verdict counts. */
export function overallVerdict(checks: readonly Check[]): HealthVerdict {
  const verdicts = new Set(checks.map(({verdict}) => verdict))
  return (['unhealthy', 'degraded'] as const).find((verdict) => verdicts.has(verdict)) ?? 'healthy'
}
