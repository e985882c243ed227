import type {RawRecord} from '../../src/domain/journal/record.js'
import {leaseFold} from '../../src/domain/lease/lease.js'
import {fc} from './properties.js'

/** The state after lines, of which some may not be a record. */
export function oneByOne(lines: readonly string[]) {
  const state = leaseFold.empty()
  for (const line of lines) foldText(state, line)
  return state
}

/** Folds one line; a line that is not JSON changes nothing. */
function foldText(state: ReturnType<typeof leaseFold.empty>, line: string): void {
  const record = recordIn(line)
  if (record) leaseFold.apply(state, record)
}

function recordIn(line: string): RawRecord | undefined {
  try {
    return JSON.parse(line) as RawRecord
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Few ids, so that renewals, releases and `over` often name an existing claim. */
const claimIds = fc.constantFrom('c0', 'c1', 'c2', 'c3', 'a-longer-id-of-a-claim')
const text = fc.constantFrom('h', 'host:123', 'ü', 'quo"te', 'tab\t', 'x'.repeat(200), '')
const process = fc.constantFrom(
  {pid: 7, start: '42'},
  {pid: 8, start: '43', pidns: 4026531836},
  {pid: 0, start: '1'},
  {pid: 1.5, start: '1'},
  {start: '1'},
)
const stamp = fc.record({
  v: fc.constantFrom(1, 1, 1, 2),
  id: claimIds,
  at: fc.constantFrom(0, 1000, 1999, 2000, 100_000, 1.5, -1, 1e300, 1_795_324_351_585),
  mono: fc.constantFrom(0, 1000, 1999, 2000, 3000, 12.25),
  boot: fc.constantFrom('boot-1', 'boot-1', 'boot-2'),
  host: fc.constantFrom('web1', 'web1', 'web2'),
})
const about = {job: fc.constantFrom('a', 'b', 'a-job-with-a-longer-name', '../no', '')}
const token = fc.constantFrom(1, 2, 3, 4, 5)
const rest = fc.oneof(
  fc.record(
    {
      kind: fc.constant('claimed'),
      ...about,
      holder: text,
      ttlMs: fc.constantFrom(1000, 1000, 0, 2.5, 1e17),
      process,
      jobProcess: process,
      over: claimIds,
    },
    {requiredKeys: ['kind', 'job', 'ttlMs']},
  ),
  fc.record(
    {...about, claim: claimIds, token, kind: fc.constant('renewed'), process, jobProcess: process},
    {requiredKeys: ['job', 'claim', 'token', 'kind']},
  ),
  fc.record(
    {
      kind: fc.constant('released'),
      status: fc.constantFrom('ok', 'error', 'odd'),
      ...about,
      token,
      claim: claimIds,
      detail: text,
    },
    {requiredKeys: ['kind', 'job', 'claim', 'token']},
  ),
  fc.record({kind: fc.constantFrom('seal', 'other'), ...about, more: fc.jsonValue()}),
)
const record = fc.tuple(stamp, rest).map(([stamped, entry]) => JSON.stringify({...stamped, ...entry}))
/** Lines of a journal of leases: valid ones, damaged ones, and ones that only other programs write. */
export const leaseLine = fc.oneof(
  {weight: 12, arbitrary: record},
  {weight: 1, arbitrary: record.map((written) => written.slice(0, -3))},
  {weight: 1, arbitrary: record.map((written) => `${written} `)},
  {weight: 1, arbitrary: record.map((written) => written.replace(':', ': '))},
  {weight: 1, arbitrary: record.map((written) => written.replace('"kind":', '"kind":"claimed","kind":'))},
  {weight: 1, arbitrary: record.map((written) => written.replace(/"at":(\d)/, '"at":0$1'))},
  {weight: 1, arbitrary: record.map((written) => written.replace(/"at":(\d)/, '"at":98765432109876543219$1'))},
  {weight: 1, arbitrary: record.map((written) => written.replace('"job":', '"job":"b","job":'))},
  {weight: 1, arbitrary: record.map((written) => written.replace('"token":', '"token":2,"token":'))},
)

/** A stamp like guard's own. */
export const stamped = (id: string) => ({
  v: 1,
  id,
  at: 1_795_324_351_585,
  mono: 12_497_169,
  boot: 'boot-1',
  host: 'web1',
})
