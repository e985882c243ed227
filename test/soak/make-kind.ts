import {badEnds, type Kind, type Plan} from './kind.js'

export interface Scale {
  readonly tickMs: number
  /** Moves the runs that go wrong only now and then: 0, 1 or 2. */
  readonly shift: number
}

/** A kind of which nothing is to be told, unless `facts` say otherwise. */
export function kind(name: string, facts: Partial<Omit<Kind, 'name'>> & Pick<Kind, 'sentence' | 'periodTicks'>): Kind {
  const verdicts = {trouble: ['failing'], well: ['healthy']}
  return {
    name,
    plan: always(well()),
    settings: {},
    troubles: badEnds,
    told: 'either',
    verdicts,
    level: 'CRITICAL',
    words: /./,
    ...facts,
  }
}

export function always(plan: Plan): (n: number) => Plan {
  return () => plan
}

export function well(does = ':'): Plan {
  return {does, outcome: 'healthy'}
}

export function bad(does: string, outcome: Exclude<Plan['outcome'], 'healthy'>): Plan {
  return {does, outcome}
}

/** As a duration of the settings. */
export function inMs(tickMs: number): (ticks: number) => string {
  return (ticks) => `${Math.round(ticks * tickMs)}ms`
}

/** For `sleep`. */
export function sec(ticks: number, tickMs: number): string {
  return ((ticks * tickMs) / 1000).toFixed(2)
}
