import {forGood, type Kind} from './kind.js'
import {always, bad, kind, well} from './make-kind.js'
import {firstEnd} from './rounds.js'

const minuteMs = 60_000

/** Spans of the settings with Debian's cron; milliseconds. */
export const cronSpans = {graceMs: 20_000, escalateAfterMs: 3 * minuteMs} as const

/** A crontab's line that is commented out from its fifth minute on. */
const lastStart = 5

const schedule = {schedule: '* * * * *', timezone: 'UTC'}

/** The five jobs of the crontab, and one that is in the settings and not in the crontab. */
export const cronKinds: readonly Kind[] = [
  cronKind('cron-well', {
    sentence: 'is well, and writes its output in the second of the round',
    plan: always(well('echo rows: 120 > cron-well.out')),
    settings: {...schedule, outputs: [{files: 'cron-well.out', maxAge: '3m', minSize: 4}]},
  }),
  cronKind('cron-failing', {
    sentence: 'has failed every time',
    plan: always(bad('echo backup failed; exit 3', 'failed')),
    isLasting: true,
    words: /fail/,
  }),
  cronKind('cron-degraded', {
    sentence: 'has been degraded every time',
    plan: always(bad('exit 1', 'degraded')),
    level: 'WARNING',
    isLasting: true,
    words: /degraded/,
  }),
  cronKind('cron-once', {
    sentence: 'failed once and was well again at once',
    plan: (n) => (n === 3 ? bad('exit 3', 'failed') : well()),
    told: 'in-time',
    words: /fail/,
  }),
  cronKind('cron-stopped', {
    sentence: 'was taken out of the crontab',
    plan: (n) => (n < lastStart ? well() : undefined),
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
  cronKind('cron-never', {
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

function cronKind(name: string, facts: Partial<Kind> & Pick<Kind, 'sentence'>): Kind {
  return kind(name, {periodTicks: 1, settings: schedule, ...facts})
}
