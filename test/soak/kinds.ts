import {badEnds, forGood, type Kind, type Plan} from './kind.js'
import {badOutputs, silentSince} from './lateness.js'
import {firstEnd} from './rounds.js'

/** Spans of the soak's settings, in ticks. */
export const spans = {grace: 3, escalateAfter: 6, freshFor: 6, flappingWithin: 60, unreachableAfter: 8} as const

export const flappingIncidents = 4

export const openclawId = '3a7f742b-889a-4c05-9697-f5f873fea02c'

interface Scale {
  readonly tickMs: number
  /** Shifts the runs that fail only now and then: 0, 1 or 2. */
  readonly shift: number
}

const quiet = /./

/** All jobs of the soak. `shift` moves the runs that go wrong only now and then. */
export function soakKinds(scale: Scale): readonly Kind[] {
  return [...wellKinds(scale), ...badKinds(scale), ...passingKinds(scale), ...silentKinds(scale), ...outputKinds(scale)]
}

function wellKinds({tickMs}: Scale): readonly Kind[] {
  const ms = inMs(tickMs)
  return [
    kind('well', {sentence: 'is well', periodTicks: 2, settings: {freshFor: ms(20)}}),
    kind('slow', {sentence: 'is well, and slow', periodTicks: 5, plan: always(well(`sleep ${sec(3, tickMs)}`))}),
    kind('overlapping', {
      sentence: 'takes longer than its period, and is well',
      periodTicks: 3,
      plan: always(well(`sleep ${sec(4, tickMs)}`)),
      settings: {overlap: 'skip'},
    }),
    kind('parallel', {
      sentence: 'may run beside itself, and is well',
      periodTicks: 4,
      plan: always(well(`sleep ${sec(5, tickMs)}`)),
      settings: {overlap: 'allow'},
    }),
    kind('retried', {
      sentence: 'is well at its second attempt each time',
      periodTicks: 4,
      plan: always(well('[ "$GUARD_ATTEMPT" -gt 1 ] || exit 3')),
      settings: {retry: {maxAttempts: 3, firstDelay: '100ms'}},
    }),
    kind('locked', {
      sentence: 'finds the lock of a dead process each time, and is well once it is cleared',
      periodTicks: 4,
      plan: always(well('! [ -e locked.lock ] || exit 1')),
      beforeRun: (ground) => ground.write('locked.lock', '4194303\n'),
      settings: {
        recovery: [{do: 'clear-locks', files: 'locked.lock'}, {do: 'verify'}],
        budget: {recoveries: 1, per: '1d'},
      },
    }),
    kind('unseen', {sentence: 'has never run', periodTicks: undefined, verdicts: {trouble: [], well: ['unknown']}}),
  ]
}

function badKinds({tickMs}: Scale): readonly Kind[] {
  const ms = inMs(tickMs)
  const endless = `sleep ${sec(1000, tickMs)}`
  const failing = {told: 'either', level: 'CRITICAL', isLasting: true} as const
  return [
    kind('failing', {
      ...failing,
      sentence: 'has failed every time',
      periodTicks: 3,
      plan: always(bad('echo backup failed; exit 3', 'failed')),
      words: /fail/,
    }),
    kind('degraded', {
      ...failing,
      level: 'WARNING',
      sentence: 'has been degraded every time',
      periodTicks: 2,
      plan: always(bad('exit 1', 'degraded')),
      words: /degraded/,
    }),
    kind('unhealthy', {
      ...failing,
      sentence: 'fails every time, and another program keeps its output fresh',
      periodTicks: 3,
      plan: always(bad('exit 2', 'unhealthy')),
      atTick: (ground) => ground.touch('unhealthy.out'),
      settings: {outputs: [{files: 'unhealthy.out', maxAge: ms(10)}]},
      words: /unhealthy/,
    }),
    kind('over-limit', {
      ...failing,
      sentence: 'goes beyond its time limit every time',
      periodTicks: 4,
      plan: always(bad(endless, 'timed-out')),
      settings: {timeout: ms(1)},
      words: /timed.out/,
    }),
    kind('mute', {
      ...failing,
      sentence: 'hangs without output every time',
      periodTicks: 4,
      plan: always(bad(`echo begun; ${endless}`, 'timed-out')),
      settings: {silence: ms(1)},
      words: /timed.out|silen|no output/,
    }),
    kind('crashing', {
      ...failing,
      sentence: 'is killed every time',
      periodTicks: 3,
      plan: always(bad('kill -9 $$', 'killed')),
      words: /kill/i,
    }),
    kind('absent', {
      ...failing,
      sentence: 'cannot be started: its script is not there',
      periodTicks: 4,
      plan: always(bad('', 'not-started')),
      settings: {script: 'not-there.sh'},
      words: /not.started|could not be started|not.there|not found/,
    }),
  ]
}

/** What is bad now and then. So seldom that it does not flap, unless the name says so. */
function passingKinds({tickMs, shift}: Scale): readonly Kind[] {
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
      plan: (n) => (n % 8 === 2 ? bad('exit 3', 'failed') : well()),
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

function silentKinds({tickMs, shift}: Scale): readonly Kind[] {
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
        const since = firstEnd(rounds) + spans.unreachableAfter * tickMs
        return [forGood(since, since + 2 * tickMs)]
      },
      told: 'either',
      verdicts: {trouble: ['unknown'], well: ['unknown']},
      words: /OpenClaw.*(no-such-openclaw|not found|cannot be asked|no such)/i,
    }),
  ]
}

function outputKinds({tickMs, shift}: Scale): readonly Kind[] {
  const ms = inMs(tickMs)
  const graceMs = spans.grace * tickMs
  const waits = {trouble: ['failing'], well: ['healthy', 'unknown']}
  const outputs = (name: string, rule: object) => ({outputs: [{files: `${name}.out`, ...rule}]})
  return [
    kind('torn-output', {
      sentence: 'writes a bad output now and then',
      periodTicks: 5,
      plan: (n) => well(n % 9 === 2 ? 'echo > torn-output.out' : 'echo rows: 120 > torn-output.out'),
      settings: outputs('torn-output', {minSize: 4}),
      troubles: (runs, rounds) => badOutputs(runs, {graceMs, rounds, isBad: (n) => n % 9 === 2}),
      told: 'in-time',
      verdicts: waits,
      words: /torn-output\.out/,
    }),
    kind('bad-output', {
      sentence: 'writes a bad output every time',
      periodTicks: 5,
      plan: always(well('echo rows: none > bad-output.out')),
      settings: outputs('bad-output', {contains: 'rows: [0-9]'}),
      troubles: (runs, rounds) => badOutputs(runs, {graceMs, rounds, isBad: () => true}),
      told: 'either',
      verdicts: {...waits, trouble: ['failing', 'unknown']},
      words: /bad-output\.out/,
    }),
    kind('hung', {
      sentence: 'has been running for long and writes nothing any more',
      periodTicks: 4,
      plan: always({...bad(`echo > hung.out; sleep ${sec(100_000, tickMs)}`, 'killed'), isEndless: true}),
      settings: {outputs: [{files: 'hung.out', maxAge: ms(6)}]},
      troubles: ([first]) => {
        const since = (first?.startedAt ?? Number.POSITIVE_INFINITY) + 6 * tickMs
        return first ? [forGood(since, since + 2 * tickMs)] : []
      },
      told: 'either',
      verdicts: {trouble: ['hung'], well: ['healthy', 'unknown']},
      words: /hung\.out/,
    }),
    kind('steady-output', {
      sentence: 'writes a good output in the second of the round',
      periodTicks: 3,
      plan: always(well('echo rows: 120 > steady-output.out')),
      settings: {outputs: [{files: 'steady-output.out', maxAge: ms(20 + shift), minSize: 4}]},
    }),
  ]
}

/** A kind of which nothing is to be told, unless `facts` say otherwise. */
function kind(name: string, facts: Partial<Omit<Kind, 'name'>> & Pick<Kind, 'sentence' | 'periodTicks'>): Kind {
  const verdicts = {trouble: ['failing'], well: ['healthy']}
  return {
    name,
    plan: always(well()),
    settings: {},
    troubles: badEnds,
    told: 'either',
    verdicts,
    level: 'CRITICAL',
    words: quiet,
    ...facts,
  }
}

function always(plan: Plan): (n: number) => Plan {
  return () => plan
}

function well(does = ':'): Plan {
  return {does, outcome: 'healthy'}
}

function bad(does: string, outcome: Exclude<Plan['outcome'], 'healthy'>): Plan {
  return {does, outcome}
}

function inMs(tickMs: number): (ticks: number) => string {
  return (ticks) => `${Math.round(ticks * tickMs)}ms`
}

/** For `sleep`. */
function sec(ticks: number, tickMs: number): string {
  return ((ticks * tickMs) / 1000).toFixed(2)
}
