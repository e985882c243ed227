import {describe, expect, test} from 'vitest'
import {runsFold} from '../../../src/domain/run/job-runs.js'
import {slotKey} from '../../../src/domain/scheduler/slot-key.js'
import {GuardError} from '../../../src/errors.js'
import {recorder} from '../../../src/usecases/run/run-records.js'
import {fakeClock} from '../../support/fake-clock.js'
import {memoryJournal} from '../../support/memory-journal.js'

const full = new GuardError('io', 'no space left')
const slot = slotKey('backup', Date.UTC(2026, 0, 5, 12))
const start = {token: 1, process: undefined, log: undefined}

/** A recorder of a run, whose journal throws `fault` while there is one. */
function scene({slot}: {readonly slot?: string} = {}, fault?: Error) {
  const journal = memoryJournal(runsFold, fakeClock())
  const warnings: string[] = []
  const written: (readonly [string, string])[] = []
  const disk = {fault}
  const note: typeof journal.note = (entry, durability) => {
    if (disk.fault) throw disk.fault
    written.push([entry.kind, durability])
    return journal.note(entry, durability)
  }
  const append: typeof journal.append = (entry, durability) => {
    if (disk.fault) throw disk.fault
    return journal.append(entry, durability)
  }
  const deps = {runs: {...journal, note, append}, warn: (text: string) => void warnings.push(text)}
  const records = recorder(deps, {job: 'backup', runId: 'run-1', slot})
  return {journal, warnings, written, disk, deps, records}
}

describe('a run that is for a slot', () => {
  test('has it unless another run has begun for it', () => {
    const {deps, records} = scene({slot})
    expect(records.started(start)).toBe(true)
    expect(recorder(deps, {job: 'backup', runId: 'run-2', slot}).started(start)).toBe(false)
  })

  test('is begun beside another one of its job that is for no slot', () => {
    const {deps, records} = scene({slot})
    expect(recorder(deps, {job: 'backup', runId: 'run-2'}).started(start)).toBe(true)
    expect(records.started(start)).toBe(true)
  })

  test('goes on where the disk does not say whether it has it, as one without a start on record', () => {
    const {records, warnings} = scene({slot}, full)
    expect([records.started(start), records.isBegun()]).toEqual([true, false])
    expect(warnings).toEqual(['run of backup not recorded: no space left'])
  })

  test('leaves its slot on record also if it is skipped', () => {
    const {journal, records} = scene({slot})
    records.skipped({reason: 'busy', by: 'web-18'})
    expect(journal.lines).toMatchObject([{kind: 'skipped', run: 'run-1', slot, reason: 'busy', by: 'web-18'}])
  })
})

describe('a journal that cannot be written', () => {
  test('stops no run, which is warned of', () => {
    const {records, warnings} = scene({}, full)
    expect([records.started(start), records.isBegun()]).toEqual([true, false])
    records.attemptEnded({})
    records.interrupted('gone')
    expect(warnings).toEqual(Array(3).fill('run of backup not recorded: no space left'))
  })

  test('is told to the caller of the end, which decides whether to warn', () => {
    const {records, warnings, disk} = scene()
    records.started(start)
    disk.fault = full
    expect([records.ended({outcome: 'healthy'}), records.isBegun(), warnings]).toEqual([full, true, []])
  })
})

test('a fault that is none of the disk is not taken for one', () => {
  const fault = new TypeError('not a function')
  expect(() => scene({}, fault).records.attemptEnded({})).toThrow(fault)
  expect(() => scene({slot}, fault).records.started(start)).toThrow(fault)
})

test('only what later decisions depend on waits for the disk', () => {
  const {records, written} = scene()
  records.started(start)
  records.attemptEnded({})
  records.stepEnded({do: 'exec'})
  records.cancelled('run-2')
  records.interrupted('gone')
  records.ended({outcome: 'healthy'})
  expect(written.filter(([, durability]) => durability === 'durable')).toEqual([
    ['interrupted', 'durable'],
    ['ended', 'durable'],
  ])
})

test('the start does not say where the output ends, which is not known yet', () => {
  const {journal, records} = scene()
  records.started({...start, log: {file: 'backup.log', inode: 1, from: 7, to: 7}})
  expect(journal.lines[0]?.['log']).toEqual({file: 'backup.log', inode: 1, from: 7, to: undefined})
})

test('without a state directory a run goes on, and misses no record', () => {
  const warnings: string[] = []
  const deps = {runs: undefined, warn: (text: string) => void warnings.push(text)}
  const records = recorder(deps, {job: 'backup', runId: 'run-1', slot})
  expect([records.started(start), records.ended({}), warnings]).toEqual([true, undefined, []])
})
