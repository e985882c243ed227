import {forGood, type Kind} from './kind.js'
import {badOutputs} from './lateness.js'
import {spans} from './limits.js'
import {always, bad, inMs, kind, type Scale, sec, well} from './make-kind.js'

/** What is judged by the files it writes. */
export function outputKinds({tickMs, shift}: Scale): readonly Kind[] {
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
      plan: always({...bad(`echo > hung.out; sleep ${sec(8000, tickMs)}`, 'killed'), isEndless: true}),
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
