import {forGood, type Kind} from './kind.js'
import {silentSince} from './lateness.js'
import {spans} from './limits.js'
import {bad, inMs, kind, type Scale, sec, well} from './make-kind.js'
import {firstEnd, firstStart} from './rounds.js'

/** What is bad now and then. So seldom that it does not flap, unless the name says so. */
export function passingKinds({tickMs, shift}: Scale): readonly Kind[] {
  return [
    kind('once', {
      sentence: 'failed once and was well again at once',
      periodTicks: 2,
      plan: (n) => (n % 20 === 4 + shift ? bad('exit 3', 'failed') : well()),
      told: 'in-time',
      words: /fail/,
    }),
    kind('nightly', {
      sentence: 'failed, and its next run is far away',
      periodTicks: 5,
      // Once alone: a second call within the repeat interval of one job would not be told.
      plan: (n) => (n === 2 ? bad('exit 3', 'failed') : well()),
      // Due in half a day: the harness starts it by hand meanwhile.
      settings: {schedule: `0 ${(new Date().getUTCHours() + 12) % 24} * * *`, timezone: 'UTC'},
      told: 'at-once',
      words: /fail/,
    }),
    kind('flapping', {
      sentence: 'fails every second time',
      periodTicks: 2,
      plan: (n) => (n >= 4 && n % 2 === 0 ? bad('exit 3', 'failed') : well()),
      told: 'in-time',
      flaps: true,
      verdicts: {trouble: ['failing'], well: ['healthy', 'failing']},
      words: /fail/,
    }),
    kind('bereft', {
      sentence: 'lost its guard once, and was well again afterwards',
      periodTicks: 4,
      plan: (n) => (n % 10 === 3 ? {...bad(`sleep ${sec(1, tickMs)}`, 'interrupted'), kills: 'guard'} : well()),
      told: 'in-time',
      words: /kill|interrupt|gone/,
    }),
  ]
}

/** What stops to run, or cannot be asked. */
export function silentKinds({tickMs, shift}: Scale): readonly Kind[] {
  const ms = inMs(tickMs)
  const freshForMs = spans.freshFor * tickMs
  return [
    kind('stopped', {
      sentence: 'ran well and is not started any more',
      periodTicks: 2,
      plan: (n) => (n < 5 + shift ? well() : undefined),
      settings: {freshFor: ms(spans.freshFor)},
      troubles: (runs) => silentSince(runs, {freshForMs, graceMs: spans.grace * tickMs}),
      told: 'either',
      verdicts: {trouble: ['stalled', 'missed'], well: ['healthy']},
      words: /ago|since|for/,
    }),
    kind('gone', {
      sentence: 'was killed with its guard and did not come back',
      periodTicks: 3,
      plan: (n) => {
        if (n < 3) return well()
        return n === 3 ? {...bad(`sleep ${sec(1000, tickMs)}`, 'interrupted'), kills: 'guard-and-job'} : undefined
      },
      told: 'either',
      verdicts: {trouble: ['failing', 'stalled', 'missed'], well: ['healthy']},
      words: /kill|interrupt|gone/,
    }),
    kind('kept-fresh', {
      sentence: 'is not started any more, and another program keeps its output fresh',
      periodTicks: 2,
      plan: (n) => (n < 3 ? well() : undefined),
      atTick: (ground) => ground.touch('kept-fresh.out'),
      settings: {freshFor: ms(spans.freshFor), outputs: [{files: 'kept-fresh.out', maxAge: ms(10)}]},
      verdicts: {trouble: [], well: ['healthy', 'misreported']},
    }),
    kind('scanner', {
      sentence: 'is a job of OpenClaw, which cannot be asked',
      isOfOpenClaw: true,
      periodTicks: undefined,
      troubles: (_, rounds) => {
        // The first round asks it at some time between its start and its end.
        const forMs = spans.unreachableAfter * tickMs
        return [forGood(firstStart(rounds) + forMs, firstEnd(rounds) + forMs + 2 * tickMs)]
      },
      told: 'either',
      verdicts: {trouble: ['unknown'], well: ['unknown']},
      words: /OpenClaw.*(no-such-openclaw|not found|cannot be asked|no such)/i,
    }),
  ]
}
