import fc from 'fast-check'
import {expect, test} from 'vitest'
import {endedRuns} from '../../src/domain/ended-runs.js'
import {leaseFold, mostJobs} from '../../src/domain/lease.js'
import {claimed, claimIds, foldBy, leaseLine, oneByOne, ownProcess, recordIn, stamped} from '../support/lease-lines.js'

/** What `endedRuns` makes of some lines, with the slow fold for those that it leaves, as the journal does. */
function inRuns(lines: readonly string[], state = leaseFold.empty()) {
  const records = lines.map(recordIn)
  const bulk = endedRuns()
  const one = (at: number) => {
    bulk.settle(state)
    const record = records[at]
    if (record) leaseFold.apply(state, record)
    return at + 1
  }
  return {state, taken: foldBy(bulk, records, {state, one})}
}

/** A run as guard writes it. */
function runLines(id: string, job: string, token: number): string[] {
  const of = {job, claim: id, token}
  return [
    {...claimed(id, job), process: ownProcess, over: 'before'},
    {...stamped(`${id}-bound`), ...of, kind: 'renewed', jobProcess: ownProcess},
    {...stamped(`${id}-renewed`), ...of, kind: 'renewed'},
    {...stamped(`${id}-released`), ...of, kind: 'released', status: 'ok', detail: 'healthy'},
  ].map((record) => JSON.stringify(record))
}

test('runs that have ended are taken whole, and each job keeps its last', () => {
  const lines = [...runLines('a1', 'a', 1), ...runLines('b1', 'b', 2), ...runLines('a2', 'a', 3)]
  const {state, taken} = inRuns(lines)
  expect(taken).toBe(3)
  expect(leaseFold.save(state)).toEqual(leaseFold.save(oneByOne(lines)))
  expect(state.byJob.get('a')).toMatchObject({token: 3, released: {status: 'ok'}, jobProcess: ownProcess})
})

const flaws = [
  (lines: string[]) => lines.slice(0, -1),
  (lines: string[]) => lines.slice(1),
  (lines: string[]) => [...lines, ...lines],
  (lines: string[]) => lines.map((line) => line.replace('"token":', '"token":1')),
  (lines: string[]) => lines.map((line) => line.replace(':', ': ')),
  (lines: string[]) => lines.map((line) => line.replace('"ok"', '"odd"')),
  (lines: string[]) => lines.map((line) => line.replace('healthy', 'hea\\"lthy')),
  (lines: string[]) => lines.map((line) => line.replace('healthy', 'hea\tlthy')),
  (lines: string[]) => lines.map((line) => line.replace('"pid":', '"pid":-')),
  (lines: string[]) => lines.map((line) => line.replace('"at":', '"at":0')),
  (lines: string[]) => lines.map((line) => `${line} `),
  (lines: string[]) => [lines[0] ?? '', JSON.stringify({kind: 'other'}), ...lines.slice(1)],
]

const run = fc.record({
  id: fc.oneof(claimIds, fc.uuid()),
  job: fc.constantFrom('a', 'b', 'a-job-with-a-longer-name'),
  isNext: fc.boolean().map((odd) => !odd || undefined),
  flaw: fc.oneof({weight: 4, arbitrary: fc.constant(undefined)}, {weight: 1, arbitrary: fc.constantFrom(...flaws)}),
})

test('whatever lines stand around them and whatever is wrong with them, the state is that of one line after another', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(run, run, leaseLine), {maxLength: 12}), (items) => {
      const lines: string[] = []
      for (const item of items) {
        if (typeof item === 'string') lines.push(item)
        else {
          const {grants} = oneByOne(lines)
          const written = runLines(item.id, item.job, item.isNext ? grants + 1 : grants)
          lines.push(...(item.flaw?.(written) ?? written))
        }
      }
      expect(leaseFold.save(inRuns(lines).state)).toEqual(leaseFold.save(oneByOne(lines)))
    }),
    {numRuns: 2000},
  )
})

test('with as many jobs as a fold keeps, runs are left to it, and the same ones are forgotten', () => {
  const many = Array.from({length: mostJobs - 1}, (_, n) =>
    JSON.stringify({...claimed(`c${n}`, `job-${n}`), mono: -300_000}),
  )
  const lines = [1, 2, 3].flatMap((n) => runLines(`last-${n}`, `last-${n}`, mostJobs - 1 + n))
  const {state, taken} = inRuns(lines, oneByOne(many))
  expect(taken).toBe(1)
  expect([...state.byJob.keys()]).toEqual([...oneByOne([...many, ...lines]).byJob.keys()])
})
