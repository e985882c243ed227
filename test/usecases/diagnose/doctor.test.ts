import {expect, test} from 'vitest'
import {finding} from '../../../src/domain/diagnose/finding.js'
import {GuardError} from '../../../src/errors.js'
import {systemClock} from '../../../src/system/host/clock.js'
import {type FixDeps, fixHarmless} from '../../../src/usecases/diagnose/doctor/fix.js'
import {examineAll} from '../../../src/usecases/diagnose/doctor.js'

const deps = {clock: systemClock, limitMs: 50}

test('an examination that fails or hangs is told and stops no other; what is wrong comes first', async () => {
  const found = await examineAll(deps, [
    {check: 'locks', examine: () => [finding('locks', 'well', 'locks')]},
    {
      check: 'alerts',
      examine: () => {
        throw new GuardError('io', 'deliveries.jsonl cannot be read')
      },
    },
    {check: 'services', examine: () => new Promise(() => undefined)},
    {check: 'disk', examine: async () => [finding('disk', 'wrong', 'Disk is full')]},
  ])
  expect(found).toMatchObject([
    {check: 'disk', level: 'wrong'},
    {
      level: 'look',
      what: 'alerts, services: cannot be checked',
      proof: 'deliveries.jsonl cannot be read; no answer within 0 s',
    },
    {check: 'locks', level: 'well'},
  ])
})

const nothing: FixDeps = {
  sharedFiles: () => [],
  closeToOthers: () => undefined,
  expiredLogs: () => [],
  removeLogs: () => undefined,
  journals: [],
  clearLocks: async () => ({locks: [], unreadable: [], cleared: []}),
}

test('where there is nothing to fix, nothing is said', async () => {
  expect(await fixHarmless(nothing)).toEqual([])
})

test('each thing that was done is said, and what cannot be done stops nothing else', async () => {
  const removed: string[] = []
  const fixed = await fixHarmless({
    ...nothing,
    sharedFiles: () => ['/s/runs.jsonl'],
    closeToOthers: () => {
      throw new Error('EROFS: read-only file system')
    },
    expiredLogs: () => [{path: '/s/logs/guardian_a_output.log.1', bytes: 3 * 1024 ** 2}],
    removeLogs: (logs) => removed.push(...logs.map(({path}) => path)),
    clearLocks: async () => ({locks: [], unreadable: [], cleared: ['/run/a.lock'], quarantineId: 'q1'}),
  })
  expect(fixed).toEqual([
    {fix: 'rights', ok: false, what: 'EROFS: read-only file system'},
    {fix: 'logs', ok: true, what: '1 expired log removed (3 MiB)'},
    {fix: 'locks', ok: true, what: '/run/a.lock moved into the quarantine', undo: 'guard locks restore q1'},
  ])
  expect(removed).toEqual(['/s/logs/guardian_a_output.log.1'])
})

test('the command that undoes a fix of rights gives the file the mode that it had', async () => {
  const modes = new Map([
    ['/s/runs.jsonl', 0o666],
    ['/s/my logs', 0o2775],
  ])
  const fixed = await fixHarmless({
    ...nothing,
    sharedFiles: () => [...modes.keys(), '/s/gone'],
    closeToOthers: (path) => modes.get(path),
  })
  expect(fixed).toMatchObject([{undo: 'chmod 666 /s/runs.jsonl'}, {undo: "chmod 2775 '/s/my logs'"}])
})
