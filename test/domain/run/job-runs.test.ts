import {describe, expect, test} from 'vitest'
import type {RawRecord} from '../../../src/domain/journal/record.js'
import {allRunsFold, type JobRuns, type RunsByJob, runsFold} from '../../../src/domain/run/job-runs.js'
import {recentOutcomes} from '../../../src/domain/run/recent-outcomes.js'
import {fc} from '../../support/properties.js'

const record = (kind: string, run: string, facts: object = {}): RawRecord => ({kind, job: 'j', run, at: 1000, ...facts})

function runsAfter(...records: readonly RawRecord[]) {
  const book = runsFold.empty()
  for (const line of records) runsFold.apply(book, line)
  return book.get('j')?.runs ?? []
}

describe('a run', () => {
  test('has no outcome until its end is written', () => {
    expect(runsAfter(record('started', 'a'))).toEqual([
      {id: 'a', job: 'j', startedAt: 1000, attempts: 0, recovered: false, steps: []},
    ])
  })

  test('with an outcome that is not known has failed, also among the last outcomes of its job', () => {
    const book = runsFold.empty()
    for (const one of [record('started', 'a'), record('ended', 'a', {outcome: 'exploded'})]) runsFold.apply(book, one)
    const {runs, recent = ''} = book.get('j') ?? {runs: []}
    expect(runs[0]?.outcome).toBe('failed')
    expect(recentOutcomes(recent).outcomes).toEqual(['failed'])
  })

  test('is not begun or ended by a line whose time no date can show', () => {
    expect(runsAfter(record('started', 'a', {at: 1e300}))).toEqual([])
    const begun = record('started', 'a')
    expect(runsAfter(begun, record('ended', 'a', {at: -1e300}))).toEqual(runsAfter(begun))
  })

  test.each([{}, {durationMs: -600}])('takes no less than no time where the clock was set back: %j', (facts) => {
    const [run] = runsAfter(record('started', 'a'), record('ended', 'a', {at: 400, ...facts}))
    expect(run?.durationMs).toBe(0)
  })

  test('collects attempts and steps, and then how it ended', () => {
    const log = {file: '/log', inode: 7, from: 10}
    const [run] = runsAfter(
      record('started', 'a', {log}),
      record('attempt-ended', 'a', {outcome: 'failed'}),
      record('step-ended', 'a', {at: 1500, do: 'restart', service: 'bot', ok: true, durationMs: 40}),
      record('attempt-ended', 'a', {outcome: 'healthy'}),
      record('ended', 'a', {
        at: 3000,
        durationMs: 1900,
        outcome: 'healthy',
        exitCode: 0,
        recovered: true,
        log: {...log, to: 99},
      }),
    )
    expect(run).toEqual({
      id: 'a',
      job: 'j',
      startedAt: 1000,
      endedAt: 3000,
      durationMs: 1900,
      outcome: 'healthy',
      exitCode: 0,
      attempts: 2,
      recovered: true,
      steps: [{do: 'restart', service: 'bot', ok: true, durationMs: 40, at: 1500}],
      log: {...log, to: 99},
    })
  })

  test('that was skipped, and got its slot in the fleet too late, is interrupted, also once it is forgotten', () => {
    const claimed = record('interrupted', 'a', {at: 9000, claimedSlotAt: 60_000, reason: 'nobody runs it'})
    const ended = {outcome: 'interrupted', endedAt: 9000, claimedSlotAt: 60_000, detail: 'nobody runs it'}
    const [skipped, later] = [record('skipped', 'a'), record('skipped', 'b', {at: 2000})]
    for (const before of [[skipped], [skipped, later], []]) {
      const book = runsFold.empty()
      for (const line of [...before, claimed]) runsFold.apply(book, line)
      const {runs = [], lastEnd, streak} = book.get('j') ?? {}
      expect(runs.find(({id}) => id === 'a')).toMatchObject(ended)
      expect([lastEnd, streak]).toMatchObject([
        {runId: 'a', outcome: 'interrupted'},
        {isWell: false, count: 1},
      ])
      expect(runsFold.apply(book, claimed)).toBe('void')
    }
    expect(runsAfter(record('started', 'a'), record('ended', 'a', {outcome: 'healthy'}), claimed)).toMatchObject([
      {outcome: 'healthy'},
    ])
  })

  test('that is over changes no more', () => {
    const over = [record('started', 'a'), record('ended', 'a', {outcome: 'healthy', exitCode: 0})]
    const later = [record('ended', 'a', {outcome: 'failed'}), record('interrupted', 'a'), record('attempt-ended', 'a')]
    expect(runsAfter(...over, ...later, record('started', 'a'))).toEqual(runsAfter(...over))
  })

  test('whose guard was killed is interrupted, and keeps the beginning of its log', () => {
    const log = {file: '/log', inode: 7, from: 10}
    const [run] = runsAfter(record('started', 'a', {log}), record('interrupted', 'a', {at: 9000, reason: 'killed'}))
    expect(run).toMatchObject({outcome: 'interrupted', detail: 'killed', log})
    // It was found then: how long it lasted is not known.
    expect(run?.durationMs).toBeUndefined()
  })

  test('that was skipped is over with the reason why', () => {
    expect(runsAfter(record('skipped', 'a', {reason: 'it runs'}))).toEqual([
      expect.objectContaining({outcome: 'skipped', detail: 'it runs', attempts: 0, endedAt: 1000}),
    ])
  })

  test('of which only the end is known is none: nobody can say when it began', () => {
    expect(runsAfter(record('ended', 'a', {outcome: 'healthy'}))).toEqual([])
  })
})

describe('of each job', () => {
  const jobAfter = (...records: readonly RawRecord[]) => {
    const runs = runsFold.empty()
    for (const line of records) runsFold.apply(runs, line)
    return runs.get('j')
  }
  const ended = (id: string, outcome: string, at = 1000) => [
    record('started', id, {at}),
    record('ended', id, {at: at + 10, outcome, class: 'auth'}),
  ]

  test('the ended runs of one kind in a row are counted, and a skipped one counts for nothing', () => {
    const skip = record('skipped', 's', {reason: 'it runs'})
    const rows = [...ended('a', 'healthy'), ...ended('b', 'failed', 2000), skip, ...ended('c', 'degraded', 3000)]
    expect(jobAfter(...rows)?.streak).toEqual({isWell: false, count: 2, firstRunId: 'b', firstEndedAt: 2010})
    expect(jobAfter(...rows, ...ended('d', 'healthy', 4000))?.streak).toMatchObject({isWell: true, count: 1})
  })

  describe('of a fleet', () => {
    const stamp = {mono: 7, boot: 'b', host: 'h'}
    const own = record('started', 'a', {...stamp, id: 'i', token: 5})
    const skipped = (lastEnd: unknown, at = 2000) =>
      record('skipped', `s${at}`, {at, reason: 'web-18 has it', by: 'web-18', lastEnd})
    const well = {token: 6, status: 'ok', agoMs: 300}

    test('a good run of another host is known by a refusal after it, and stays known', () => {
      const good = {token: 6, seenAt: 2000, agoMs: 300}
      const after = [skipped({...well, token: 7, status: 'error'}, 3000), skipped(undefined, 4000)]
      expect(jobAfter(own, skipped(well), ...after)?.goodElsewhere).toEqual(good)
      expect(jobAfter(own, skipped(well), skipped({...well, token: 8}, 5000))?.goodElsewhere).toMatchObject({token: 8})
    })

    test('a good run of another host is known by a record of what was seen of it, which is no run', () => {
      const seen = (lastEnd: unknown, at = 2000): RawRecord => ({v: 1, kind: 'seen', job: 'j', at, lastEnd})
      const job = jobAfter(own, ...ended('b', 'failed'), seen(well))
      expect(job).toMatchObject({goodElsewhere: {token: 6, seenAt: 2000, agoMs: 300}, streak: undefined})
      expect(job?.recent).toBe(jobAfter(own, ...ended('b', 'failed'))?.recent)
      const runs = new Map([['j', job as JobRuns]])
      expect(runsFold.apply(runs, seen({...well, token: 7, status: 'error'}))).toBe('void')
      expect(runsFold.apply(new Map(), seen(well))).toBe('void')
    })

    test.each([
      ['none is on record', undefined],
      ['it failed', {...well, status: 'error'}],
      ['it is that of this host, or an older one', {...well, token: 5}],
      ['its token is none', {...well, token: '6'}],
      ['its time is none', {...well, agoMs: -1}],
      ['it is no object', 6],
    ])('no good run of another host is known where %s', (_title, lastEnd) => {
      expect(jobAfter(own, skipped(lastEnd))?.goodElsewhere).toBeUndefined()
    })
  })

  test('bad runs before another host of the fleet has run the job well are not of the same row as those after it', () => {
    const taken = record('skipped', 's', {
      ...{reason: 'web-18 has had its slot', by: 'web-18'},
      lastEnd: {token: 6, status: 'ok', agoMs: 0},
    })
    const rows = [...ended('a', 'failed'), taken]
    expect(jobAfter(...rows)?.streak).toBeUndefined()
    const held = record('skipped', 's', {reason: 'web-18 has it', by: 'web-18'})
    expect(jobAfter(...ended('a', 'failed'), held)?.streak).toMatchObject({count: 1, firstRunId: 'a'})
    expect(jobAfter(...rows, ...ended('b', 'failed', 3000))?.streak).toMatchObject({count: 1, firstRunId: 'b'})
    const well = [...ended('a', 'healthy'), taken, ...ended('b', 'healthy', 3000)]
    expect(jobAfter(...well)?.streak).toMatchObject({isWell: true, count: 2, firstRunId: 'a'})
  })

  test('an end that is recorded late is of the time that it names', () => {
    const late = {at: 1500, mono: 3, boot: 'b'}
    const found = record('ended', 'a', {at: 9000, mono: 99, boot: 'c', outcome: 'healthy', late})
    expect(jobAfter(record('started', 'a'), found)).toMatchObject({lastEnd: late, lastGoodAt: 1500})
    const [run] = jobAfter(record('started', 'a'), {...found, late: {at: 'x'}})?.runs ?? []
    expect(run).toMatchObject({endedAt: 9000, durationMs: 8000})
  })

  describe('a row of bad runs goes on after a good run of another host', () => {
    const stamp = {boot: 'b', host: 'h'}
    const failed = (facts: object, end: object = {}) => [
      record('started', 'a', {...stamp, id: 'i', mono: 0, ...facts}),
      record('ended', 'a', {...stamp, id: 'i', at: 10_000, mono: 10_000, outcome: 'failed', ...end}),
    ]
    const told = (agoMs: number, clocks: object = {at: 12_000, mono: 12_000}) =>
      record('skipped', 's', {...stamp, ...clocks, reason: 'held', lastEnd: {token: 6, status: 'ok', agoMs}})
    const streak = (...rows: RawRecord[]) => jobAfter(...rows)?.streak

    test('that ended before a run without the lease of the fleet did', () => {
      expect(streak(...failed({unfenced: true}), told(2001))).toMatchObject({isWell: false, count: 1})
      expect(streak(...failed({unfenced: true}), told(2000))).toBeUndefined()
    })

    test.each([
      ['asleep for a part of it', {at: 60_000, mono: 12_000}],
      ['awake, and its clock was set back', {at: 5000, mono: 60_000}],
      ['off for a part of it', {at: 60_000, mono: 12, boot: 'c'}],
    ])('by as much time as has passed, of which the host was %s', (_title, clocks) => {
      expect(streak(...failed({}), told(50_001, clocks))).toMatchObject({count: 1})
      expect(streak(...failed({}), told(50_000, clocks))).toBeUndefined()
    })

    test('by the tokens where the run here had one, whatever the clocks say', () => {
      expect(streak(...failed({token: 5}), told(9999))).toBeUndefined()
      expect(streak(...failed({token: 5}, {class: 'fenced', fenced: true}), told(9999))).toMatchObject({count: 1})
    })
  })

  test('an interruption is not the last end where a later run of another host has ended well', () => {
    const stamp = {boot: 'b', host: 'h', mono: 1, id: 'i'}
    const well = record('skipped', 's', {at: 5000, reason: 'held', lastEnd: {token: 6, status: 'ok', agoMs: 10}})
    const found = record('interrupted', 'a', {at: 9000, reason: 'killed'})
    expect(jobAfter(record('started', 'a', {...stamp, token: 5}), well, found)?.lastEnd).toBeUndefined()
    expect(jobAfter(record('started', 'a', {...stamp, token: 7}), well, found)?.lastEnd).toMatchObject({runId: 'a'})
    // A slot that nobody runs is told of, whoever runs the next one.
    const slot = {...stamp, token: 5, claimedSlotAt: 1000}
    expect(jobAfter(record('started', 'a', slot), well, found)?.lastEnd).toMatchObject({runId: 'a'})
  })

  test('a run that was called interrupted and ends after all counts once', () => {
    const taken = [...ended('z', 'failed', 500), record('started', 'a'), record('interrupted', 'a', {at: 2000})]
    const end = (outcome: string) => record('ended', 'a', {at: 3000, outcome, fenced: true})
    expect(jobAfter(...taken, end('failed'))?.streak).toMatchObject({isWell: false, count: 2, firstRunId: 'z'})
    expect(jobAfter(...taken, end('healthy'))?.streak).toMatchObject({isWell: true, count: 1})
  })

  test('a run that lost its lease to one that has ended since is not the last end', () => {
    const rows = [record('started', 'a'), ...ended('b', 'failed', 2000)]
    const late = record('ended', 'a', {at: 9000, outcome: 'healthy', fenced: true})
    expect(jobAfter(...rows, late)).toMatchObject({lastEnd: {runId: 'b'}, streak: {isWell: false, count: 1}})
    const found = record('interrupted', 'a', {at: 1500, reason: 'killed'})
    expect(jobAfter(rows[0] as RawRecord, found, ...rows.slice(1), late)).toMatchObject({lastEnd: {runId: 'b'}})
  })

  test('the last end is that of the record that came last, with its class and both its clocks', () => {
    const stamp = {mono: 7, boot: 'b', host: 'h'}
    const records = [record('started', 'a'), record('started', 'b'), record('ended', 'b', {outcome: 'healthy'})]
    const last = record('ended', 'a', {...stamp, at: 2000, outcome: 'failed', class: 'auth'})
    expect(jobAfter(...records, last)?.lastEnd).toEqual({
      runId: 'a',
      outcome: 'failed',
      class: 'auth',
      durationMs: 1000,
      at: 2000,
      mono: 7,
      boot: 'b',
      byReboot: false,
    })
  })

  test('an interruption that is found after a later run has ended is not the last end', () => {
    const late = record('interrupted', 'a', {at: 9000, reason: 'killed'})
    const begun = record('started', 'a', {at: 1000})
    expect(jobAfter(begun, ...ended('b', 'healthy', 2000), late)).toMatchObject({
      lastEnd: {runId: 'b', outcome: 'healthy'},
      streak: {isWell: true, count: 1},
    })
    expect(jobAfter(...ended('b', 'healthy', 500), begun, late)?.lastEnd).toMatchObject({runId: 'a'})
  })

  test('an interruption that was found in another boot of the same machine is one by a reboot', () => {
    const found = (host: string, boot: string) =>
      jobAfter(record('started', 'a', {host: 'h', boot: 'b'}), record('interrupted', 'a', {host, boot}))?.lastEnd
        ?.byReboot
    expect([found('h', 'b'), found('h', 'c'), found('other', 'c')]).toEqual([false, true, false])
  })

  test('the last 31 starts are kept, for 30 gaps, without those of skipped runs', () => {
    const starts = Array.from({length: 33}, (_, n) => record('started', `r${n}`, {at: n}))
    const skip = record('skipped', 's', {at: 99})
    expect(jobAfter(...starts, skip)?.starts).toEqual(Array.from({length: 31}, (_, n) => n + 2))
  })
})

test('a run that ended because its reader had gone says nothing for or against its job', () => {
  const book = runsFold.empty()
  const facts = {outcome: 'killed', class: 'reader-gone'}
  const lines = [record('started', 'a'), record('ended', 'a', {outcome: 'unhealthy'}), record('started', 'b')]
  for (const line of [...lines, record('ended', 'b', facts)]) runsFold.apply(book, line)
  const {streak, lastEnd, runs, recent = ''} = book.get('j') ?? {}
  expect([streak?.count, lastEnd?.runId, runs?.at(-1)?.outcome]).toEqual([1, 'a', 'killed'])
  expect(recentOutcomes(recent)).toEqual({outcomes: ['unhealthy'], cutShort: 1})
})

describe('a run that another one has cancelled', () => {
  const bad = [record('started', 'a'), record('ended', 'a', {outcome: 'failed'})]
  const cancelled = [record('started', 'b'), record('cancelled', 'b', {byRun: 'c'})]
  const jobOf = (...lines: readonly RawRecord[]) => {
    const book = runsFold.empty()
    const verdicts = lines.map((line) => runsFold.apply(book, line))
    const {streak, lastEnd, runs, recent = ''} = book.get('j') ?? {}
    return {streak, lastEnd, run: runs?.at(-1), recent: recentOutcomes(recent), verdict: verdicts.at(-1)}
  }

  test.each([
    ['whose guard has recorded the end', record('ended', 'b', {outcome: 'killed', class: 'cancelled'})],
    ['whose guard is gone', record('interrupted', 'b', {reason: 'gone'})],
  ])('%s says nothing for or against its job', (_, end) => {
    const {streak, lastEnd, run, recent} = jobOf(...bad, ...cancelled, end)
    expect([streak?.count, lastEnd?.runId, run?.cancelledBy]).toEqual([1, 'a', 'c'])
    expect(recent).toEqual({outcomes: ['failed'], cutShort: 1})
  })

  test('counts if it had ended before its guard was asked to', () => {
    expect(jobOf(...bad, ...cancelled, record('ended', 'b', {outcome: 'healthy'})).lastEnd?.runId).toBe('b')
  })

  test('is cancelled once, and no more after its end', () => {
    expect(jobOf(...cancelled, record('cancelled', 'b', {byRun: 'd'}))).toMatchObject({
      ...{verdict: 'void', run: {cancelledBy: 'c'}},
    })
    expect(jobOf(...bad, record('cancelled', 'a', {byRun: 'c'}))).toMatchObject({verdict: 'void'})
  })
})

describe('the runs that are kept', () => {
  const ended = (id: string) => [record('started', id), record('ended', id, {outcome: 'healthy'})]
  const ids = (...records: readonly RawRecord[]) => runsAfter(...records).map(({id}) => id)

  test('keeps every run that goes on, and of those that have ended the last', () => {
    expect(ids(record('started', 'endless'), ...ended('a'), ...ended('b'))).toEqual(['endless', 'b'])
  })

  test('keeps the last run that happened, however often the job was skipped since, and the last of those', () => {
    const skips = Array.from({length: 30}, (_, n) => record('skipped', `s${n}`, {reason: 'it runs'}))
    expect(ids(...ended('a'), ...skips)).toEqual(['a', 's29'])
    expect(ids(...ended('a'), ...skips, ...ended('b'))).toEqual(['s29', 'b'])
  })

  test('keeps the last run whose job said that it skipped its work, however often the job was refused since', () => {
    const skipsWork = (run: string) => [
      record('started', run),
      record('attempt-ended', run, {outcome: 'skipped'}),
      record('ended', run, {outcome: 'skipped'}),
    ]
    const good = [record('started', 'a'), record('ended', 'a', {outcome: 'healthy'})]
    const lines = [...good, ...skipsWork('b'), ...skipsWork('c'), record('skipped', 'd'), record('skipped', 'e')]
    expect(runsAfter(...lines).map(({id}) => id)).toEqual(['a', 'c', 'e'])
  })

  test('keeps of two runs at once the one that began last, whichever ended last', () => {
    const end = (id: string) => record('ended', id, {outcome: 'failed'})
    expect(ids(record('started', 'a'), record('started', 'b'), end('b'), end('a'))).toEqual(['b'])
  })

  test('ignores lines that are not records of runs', () => {
    expect(runsAfter({kind: 'started'}, {kind: 'started', job: 'j', run: 3, at: 1}, record('celebrated', 'a'))).toEqual(
      [],
    )
  })

  test.each([
    ['of the last runs', runsFold],
    ['of all runs', allRunsFold],
  ])('%s is the same from a snapshot and the lines after it as from all lines', (_, fold) => {
    const kinds = fc.constantFrom('started', 'attempt-ended', 'step-ended', 'ended', 'interrupted', 'skipped')
    const lines = fc.array(fc.tuple(kinds, fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.nat(99)), {maxLength: 60})
    fc.assert(
      fc.property(lines, fc.nat(60), (drawn, cut) => {
        const records = drawn.map(([kind, run, at]) => record(kind, run, {at, outcome: 'failed'}))
        const play = (book: RunsByJob, part: readonly RawRecord[]) => {
          for (const line of part) fold.apply(book, line)
          return book
        }
        const saved = JSON.parse(JSON.stringify(fold.save(play(fold.empty(), records.slice(0, cut)))))
        expect(play(fold.restore(saved), records.slice(cut))).toEqual(play(fold.empty(), records))
      }),
    )
  })
})

test('a run that lost its lease and was taken for interrupted has the end that it records', () => {
  const taken = [record('started', 'a'), record('interrupted', 'a', {at: 2000, reason: 'its guard was killed'})]
  const end = {at: 3000, durationMs: 1900, outcome: 'healthy', exitCode: 0}
  expect(runsAfter(...taken, record('ended', 'a', {...end, fenced: true}))).toEqual([
    {...{id: 'a', job: 'j', startedAt: 1000, endedAt: 3000, durationMs: 1900}, ...fine},
  ])
  expect(runsAfter(...taken, record('ended', 'a', end))[0]).toMatchObject({outcome: 'interrupted', endedAt: 2000})
})

const fine = {outcome: 'healthy', exitCode: 0, attempts: 0, recovered: false, steps: []}

describe('the slots that runs were for', () => {
  const keyAt = (second: number) => `j#${new Date(second * 1000).toISOString()}`
  const startedEach = (seconds: number, count: number) => {
    const book = runsFold.empty()
    for (let index = 0; index < count; index++) {
      const second = index * seconds
      runsFold.apply(book, record('started', `r${second}`, {at: second * 1000, slot: keyAt(second)}))
      runsFold.apply(book, record('ended', `r${second}`, {at: second * 1000, outcome: 'healthy'}))
    }
    return book
  }
  const isTaken = (book: RunsByJob, second: number) =>
    runsFold.apply(book, record('started', 'again', {at: 1e7, slot: keyAt(second)})) === 'void'

  test('are known for a quarter of an hour, however often the job is due', () => {
    const book = startedEach(1, 2000)
    expect(isTaken(book, 1999 - 600)).toBe(true)
    expect(isTaken(book, 1999 - 899)).toBe(true)
    expect(book.get('j')?.slots?.length).toBeLessThanOrEqual(1000)
  })

  test('are the last thirty-two of a job that is seldom due', () => {
    const book = startedEach(3600, 100)
    expect(isTaken(book, 3600 * (100 - 32))).toBe(true)
    expect(book.get('j')?.slots).toHaveLength(32)
  })
})
