import {badEnds, forGood, type Kind, type Plan} from './kind.js'
import {firstEnd} from './rounds.js'

const minuteMs = 60_000

/** Spans of the settings with Debian's cron; milliseconds. */
export const cronSpans = {graceMs: 20_000, escalateAfterMs: 3 * minuteMs} as const

/** A crontab's line that is commented out from its fifth minute on. */
const lastStart = 5

const schedule = {schedule: '* * * * *', timezone: 'UTC'}
const failing = {trouble: ['failing'], well: ['healthy']}
const well: Plan = {does: ':', outcome: 'healthy'}

/** The five jobs of the crontab, and one that is in the settings and not in the crontab. */
export const cronKinds: readonly Kind[] = [
  kind('cron-well', {
    sentence: 'is well, and writes its output in the second of the round',
    plan: () => ({does: 'echo rows: 120 > cron-well.out', outcome: 'healthy'}),
    settings: {...schedule, outputs: [{files: 'cron-well.out', maxAge: '3m', minSize: 4}]},
  }),
  kind('cron-failing', {
    sentence: 'has failed every time',
    plan: () => ({does: 'echo backup failed; exit 3', outcome: 'failed'}),
    isLasting: true,
    words: /fail/,
  }),
  kind('cron-degraded', {
    sentence: 'has been degraded every time',
    plan: () => ({does: 'exit 1', outcome: 'degraded'}),
    level: 'WARNING',
    isLasting: true,
    words: /degraded/,
  }),
  kind('cron-once', {
    sentence: 'failed once and was well again at once',
    plan: (n) => (n === 3 ? {does: 'exit 3', outcome: 'failed'} : well),
    told: 'in-time',
    words: /fail/,
  }),
  kind('cron-stopped', {
    sentence: 'was taken out of the crontab',
    plan: (n) => (n < lastStart ? well : undefined),
    troubles: (runs) => {
      const last = runs.at(-1)
      if (runs.length < lastStart || !last) return []
      const slot = Math.floor(last.launchedAt / minuteMs) * minuteMs + minuteMs
      // A run up to a minute before a slot counts for it.
      return [forGood(slot + cronSpans.graceMs, slot + cronSpans.graceMs + minuteMs)]
    },
    verdicts: {trouble: ['missed'], well: ['healthy']},
    words: /no run for the slot|since|ago/,
  }),
  kind('cron-never', {
    sentence: 'is in the settings and not in the crontab',
    periodTicks: undefined,
    troubles: (_, rounds) => {
      const first = Math.ceil(firstEnd(rounds) / minuteMs) * minuteMs
      return [forGood(first + cronSpans.graceMs, first + 2 * minuteMs + cronSpans.graceMs)]
    },
    verdicts: {trouble: ['missed'], well: ['unknown', 'healthy']},
    words: /no run for the slot|never/,
  }),
]

function kind(name: string, facts: Partial<Omit<Kind, 'name'>> & Pick<Kind, 'sentence'>): Kind {
  return {
    name,
    periodTicks: 1,
    plan: () => well,
    settings: schedule,
    troubles: badEnds,
    told: 'either',
    verdicts: failing,
    level: 'CRITICAL',
    words: /./,
    ...facts,
  }
}
