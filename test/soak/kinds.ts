import type {Kind} from './kind.js'
import {always, bad, inMs, kind, type Scale, sec, well} from './make-kind.js'
import {outputKinds} from './output-kinds.js'
import {passingKinds, silentKinds} from './passing-kinds.js'

/** All jobs of the soak. */
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
      // Each run earns the retry that it takes.
      settings: {retry: {maxAttempts: 3, firstDelay: '100ms', budget: {ratio: 1}}},
    }),
    kind('locked', {
      sentence: 'finds the lock of a dead process each time, and is well once it is cleared',
      periodTicks: 4,
      // The lock comes back with each run, not with the clock: a recovery may last beyond the next tick.
      plan: always(
        well(
          '[ "$(cat locked.run 2>/dev/null)" = "$GUARD_RUN_ID" ] || { echo 4194303 > locked.lock; echo "$GUARD_RUN_ID" > locked.run; }; ! [ -e locked.lock ] || exit 1',
        ),
      ),
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
