import {describe, expect, test} from 'vitest'
import {type Incidents, incidentFold, uptimeOfHost} from '../../../src/domain/incident/incident.js'
import type {RawRecord} from '../../../src/domain/journal/record.js'

const stamp = {v: 1, at: 5000, mono: 1000, boot: 'a', host: 'h', uptimeMs: 1000}
const open = (id: string): RawRecord => ({
  ...stamp,
  id,
  kind: 'opened',
  job: 'scan',
  verdict: 'stalled',
  reason: 'silent',
})
const escalated = (incident: string, number: number): RawRecord => ({
  ...stamp,
  id: `e${number}`,
  kind: 'escalated',
  job: 'scan',
  incident,
  number,
  reason: 'unmended',
})
const resolved = (incident: string): RawRecord => ({
  ...stamp,
  id: 'r',
  kind: 'resolved',
  job: 'scan',
  incident,
  reason: 'alive',
})

function fold(...records: RawRecord[]): {state: Incidents; verdicts: string[]} {
  const state = incidentFold.empty()
  return {state, verdicts: records.map((record) => incidentFold.apply(state, record))}
}

test('of two watchdogs that open an incident at once the first counts', () => {
  const {state, verdicts} = fold(open('one'), open('two'))
  expect(verdicts).toEqual(['ok', 'void'])
  expect(state.jobs.get('scan')?.incident?.id).toBe('one')
})

test('each escalation of an incident counts once, in its order', () => {
  const {state, verdicts} = fold(
    open('one'),
    escalated('one', 2),
    escalated('one', 1),
    escalated('one', 1),
    escalated('one', 2),
  )
  expect(verdicts).toEqual(['ok', 'void', 'ok', 'void', 'ok'])
  expect(state.jobs.get('scan')?.incident?.escalations).toBe(2)
})

test('what is said of an incident that is over is void', () => {
  const {state, verdicts} = fold(
    open('one'),
    resolved('one'),
    resolved('one'),
    escalated('one', 1),
    open('two'),
    resolved('one'),
  )
  expect(verdicts).toEqual(['ok', 'ok', 'void', 'void', 'ok', 'void'])
  expect(state.jobs.get('scan')?.incident?.id).toBe('two')
})

test('a job is met anew when its schedule or its outputs are others', () => {
  const watched = (as: string, uptimeMs: number) => ({...stamp, id: 'w', kind: 'watched', jobs: ['scan'], as, uptimeMs})
  const {state, verdicts} = fold(watched('daily', 10), watched('daily', 20), watched('hourly', 30))
  expect(verdicts).toEqual(['ok', 'void', 'ok'])
  expect(state.jobs.get('scan')).toMatchObject({watchKey: 'hourly', watchedSinceMs: 30})
})

test('a line that is not of ours, or lacks what it needs, changes nothing', () => {
  const broken = [
    {},
    {kind: 'opened', job: 'scan'},
    {...open('x'), job: 7},
    {...stamp, kind: 'clock-noted', clock: null},
    {...stamp, kind: 'new-kind', job: 'scan'},
  ]
  const {state, verdicts} = fold(...broken)
  expect(new Set(verdicts)).toEqual(new Set(['void']))
  expect(state).toEqual(incidentFold.empty())
})

test.each<[string, RawRecord]>([
  ['at', {...open('x'), at: 1e300}],
  ['up', {...open('x'), uptimeMs: -1e300}],
  ['at of a clock', {...stamp, id: 'c', kind: 'clock-noted', clock: {at: 1e300, mono: 1, boot: 'b'}}],
  ['mono of a clock', {...stamp, id: 'c', kind: 'clock-noted', clock: {at: 1, mono: 1e300, boot: 'b'}}],
])('a line whose %s is no time that can be told changes nothing', (_field, record) => {
  const {state, verdicts} = fold(record)
  expect({state, verdicts}).toEqual({state: incidentFold.empty(), verdicts: ['void']})
})

test('a snapshot keeps everything', () => {
  const note = {...stamp, id: 'n', kind: 'clock-noted', clock: {at: 5000, mono: 1000, boot: 'a'}}
  const {state} = fold(note, open('one'), escalated('one', 1))
  const restored = incidentFold.restore(JSON.parse(JSON.stringify(incidentFold.save(state))))
  expect(incidentFold.apply(restored, open('two'))).toBe('void')
  expect(incidentFold.apply(restored, resolved('one'))).toBe('ok')
  expect(restored.uptimes).toEqual(state.uptimes)
})

test('a snapshot of many jobs, met at different times and some in trouble, is equal to what it was made of', () => {
  const met = (as: string, uptimeMs: number, ...jobs: string[]) => ({
    ...stamp,
    id: 'w',
    kind: 'watched',
    jobs,
    as,
    uptimeMs,
  })
  const of = (job: string, record: RawRecord): RawRecord => ({...record, job})
  const {state} = fold(
    met('daily', 10, 'a', 'b', 'c', 'd', 'scan'),
    met('hourly', 20, 'c'),
    of('d', open('first')),
    of('a', open('second')),
    of('d', resolved('first')),
    {...stamp, id: 'o', kind: 'observed', job: 'b', verdict: 'misreported', reason: 'fresh'},
    of('d', open('third')),
  )
  const restored = incidentFold.restore(JSON.parse(JSON.stringify(incidentFold.save(state))))
  expect(restored).toEqual(state)
  expect([...restored.open.values()].map(({id}) => id)).toEqual(['second', 'third'])
})

test('a snapshot has one object for each job, those in trouble first', () => {
  const {state} = fold(
    {...stamp, id: 'w', kind: 'watched', jobs: ['b', 'scan'], as: 'daily', uptimeMs: 30},
    open('one'),
  )
  const {jobs} = state
  const saved = JSON.parse(JSON.stringify(incidentFold.save(state)))
  const watched = {watchKey: 'daily', watchedSinceMs: 30}
  expect(saved).toEqual({
    uptimes: [],
    jobs: [
      {
        job: 'scan',
        ...watched,
        verdict: 'stalled',
        verdictSinceMs: 1000,
        incident: JSON.parse(JSON.stringify(jobs.get('scan')?.incident)),
        opened: [1000],
      },
      {job: 'b', ...watched, verdict: 'healthy', verdictSinceMs: 0, opened: []},
    ],
  })
})

test('of the names in a record those that are not texts are passed over', () => {
  const {state, verdicts} = fold(
    {...stamp, id: 'w', kind: 'watched', jobs: 'scan', as: 'daily'},
    {...stamp, id: 'w', kind: 'watched', jobs: [7, null, 'scan'], as: 'daily'},
  )
  expect([verdicts, [...state.jobs.keys()]]).toEqual([['void', 'ok'], ['scan']])
})

test('no record is ahead of the uptime clock after a reboot', () => {
  const note = {...stamp, id: 'n', kind: 'clock-noted', clock: {at: 5000, mono: 1000, boot: 'a'}}
  const {state} = fold(note, {...open('one'), at: 9000, mono: 5000, uptimeMs: 5000})
  expect(state.uptimes.get('h')?.last?.uptimeMs).toBe(5000)
})

test('of two incidents for the same bad run the first counts, though it is over', () => {
  const {verdicts} = fold(
    {...open('one'), run: 'r1'},
    resolved('one'),
    {...open('two'), run: 'r1'},
    {...open('three'), run: 'r2'},
  )
  expect(verdicts).toEqual(['ok', 'ok', 'void', 'ok'])
})

test('after an incident whose job was watched no longer, the next who watches it may open one for the same run', () => {
  const {verdicts} = fold(
    {...open('one'), run: 'r1'},
    {...resolved('one'), orphaned: true},
    {...open('two'), run: 'r1'},
    {...open('three'), run: 'r1'},
  )
  expect(verdicts).toEqual(['ok', 'ok', 'ok', 'void'])
})

test('samples of another host do not touch the uptime of this one, and go on from it', () => {
  const note = (host: string, boot: string, uptimeMs: number) => ({
    ...stamp,
    host,
    kind: 'clock-noted',
    clock: {at: 5000, mono: 1000, boot},
    uptimeMs,
  })
  const {state} = fold(note('h', 'a', 9000), note('other', 'x', 10_000))
  expect(uptimeOfHost(state, 'h').epochs).toHaveLength(1)
  expect(uptimeOfHost(state, 'h').last?.uptimeMs).toBe(9000)
  expect(uptimeOfHost(state, 'third')).toEqual({epochs: [], last: undefined, baseMs: 10_000})
})

describe('who watches a job', () => {
  const watched = (settingsFile: string, as: string, uptimeMs: number, more: RawRecord = {}) => ({
    ...{...stamp, id: 'w', kind: 'watched', jobs: ['scan'], settingsFile, as, uptimeMs},
    ...more,
  })
  const unwatched = (settingsFile: string) => ({...stamp, id: 'u', kind: 'unwatched', jobs: ['scan'], settingsFile})
  const watchesAfter = (...records: RawRecord[]) => {
    const {state, verdicts} = fold(...records)
    const restored = incidentFold.restore(JSON.parse(JSON.stringify(incidentFold.save(state))))
    return {watches: restored.jobs.get('scan')?.watches, verdicts}
  }
  const run = {by: 'run'}

  test('is known of each settings file, since when and as what, also in a snapshot', () => {
    const {watches, verdicts} = watchesAfter(
      watched('/a', 'daily', 10),
      watched('/b', 'hourly', 20),
      watched('/a', 'daily', 30),
    )
    expect(verdicts).toEqual(['ok', 'ok', 'void'])
    expect(watches).toEqual([
      {settingsFile: '/b', watchKey: 'hourly', watchedSinceMs: 20},
      {settingsFile: '/a', watchKey: 'daily', watchedSinceMs: 10},
    ])
  })

  test('begins with what an older version has recorded without the settings', () => {
    const older = {...stamp, id: 'w', kind: 'watched', jobs: ['scan'], as: 'daily', uptimeMs: 10}
    expect(watchesAfter(older, watched('/a', 'daily', 30)).watches).toMatchObject([{watchedSinceMs: 10}])
    expect(watchesAfter(older, watched('/a', 'hourly', 30)).watches).toMatchObject([{watchedSinceMs: 30}])
    expect(watchesAfter(older).watches).toBeUndefined()
  })

  test('ends for one settings file alone', () => {
    const {watches, verdicts} = watchesAfter(
      watched('/a', 'daily', 10),
      watched('/b', 'daily', 20),
      unwatched('/a'),
      unwatched('/c'),
    )
    expect(verdicts).toEqual(['ok', 'ok', 'ok', 'void'])
    expect(watches).toMatchObject([{settingsFile: '/b'}])
  })

  test('are the runs until a watchdog takes over', () => {
    expect(watchesAfter(watched('', 'daily', 10, run), watched('/a', 'daily', 20, run)).watches).toMatchObject([
      {settingsFile: '/a', isByRuns: true},
      {settingsFile: '', isByRuns: true},
    ])
    const taken = watchesAfter(
      watched('', 'daily', 10, run),
      watched('/a', 'daily', 20, run),
      watched('/a', 'daily', 30),
    )
    expect(taken.watches).toEqual([{settingsFile: '/a', watchKey: 'daily', watchedSinceMs: 20}])
  })

  test('is still the watchdog where a run judges while it is late', () => {
    const {watches, verdicts} = watchesAfter(
      watched('/a', 'daily', 10),
      watched('/a', 'daily', 20, run),
      watched('/a', 'hourly', 30, run),
    )
    expect(verdicts).toEqual(['ok', 'void', 'ok'])
    expect(watches).toEqual([{settingsFile: '/a', watchKey: 'hourly', watchedSinceMs: 30}])
  })

  test('is known of a few settings files, the last ones', () => {
    const records = Array.from({length: 20}, (_, index) => watched(`/${index}`, 'daily', index))
    expect(watchesAfter(...records).watches?.map(({settingsFile}) => settingsFile)).toEqual(
      [19, 18, 17, 16, 15, 14, 13, 12].map((index) => `/${index}`),
    )
  })
})
