import {expect, test} from 'vitest'
import {type FixDeps, fixHarmless} from '../../../../src/usecases/diagnose/doctor/fix.js'

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

test('a file that cannot be closed to others keeps none after it open, and what was done before it is told', async () => {
  const fixed = await fixHarmless({
    ...nothing,
    sharedFiles: () => ['/s/a', '/s/b', '/s/c'],
    closeToOthers: (path) => {
      if (path === '/s/b') throw new Error(`EPERM: chmod '${path}'`)
      return 0o666
    },
  })
  expect(fixed.map(({ok, undo, what}) => [ok, undo ?? what])).toEqual([
    [true, 'chmod 666 /s/a'],
    [true, 'chmod 666 /s/c'],
    [false, "EPERM: chmod '/s/b'"],
  ])
})

test('what cannot even be looked through keeps nothing else from being fixed', async () => {
  const sharedFiles = () => {
    throw new Error('EACCES: /s/spool')
  }
  const fixed = await fixHarmless({...nothing, sharedFiles, journals: [journal('runs', 1, true)]})
  expect(fixed.map(({fix, ok}) => [fix, ok])).toEqual([
    ['rights', false],
    ['journals', true],
  ])
})

/** A journal that compaction brings to its next generation, if that is due. */
function journal(
  name: string,
  first: number,
  isDue: boolean,
): FixDeps['journals'][number] & {readonly tried: string[]} {
  let generation = first
  const tried: string[] = []
  return {
    name,
    tried,
    inspect: () => ({generation, bytes: 0, records: 0, garbage: 0, problems: []}),
    compactIfDue: () => {
      tried.push(name)
      if (isDue) generation += 1
    },
  }
}

test('of the journals those are told that were due to be compacted', async () => {
  const fixed = await fixHarmless({...nothing, journals: [journal('leases', 1, false), journal('runs', 7, true)]})
  expect(fixed).toEqual([{fix: 'journals', ok: true, what: 'runs.jsonl compacted'}])
})

test('a journal that was never written is left alone', async () => {
  const unwritten = journal('silences', 0, true)
  expect(await fixHarmless({...nothing, journals: [unwritten]})).toEqual([])
  expect(unwritten.tried).toEqual([])
})

test('a journal that cannot be compacted keeps none after it from it, and those before it are told', async () => {
  const broken = {
    ...journal('runs', 1, true),
    compactIfDue: () => {
      throw new Error('runs.jsonl belongs to root')
    },
  }
  const fixed = await fixHarmless({
    ...nothing,
    journals: [journal('leases', 1, true), broken, journal('alerts', 1, true)],
  })
  expect(fixed).toEqual([
    {fix: 'journals', ok: true, what: 'leases.jsonl compacted'},
    {fix: 'journals', ok: true, what: 'alerts.jsonl compacted'},
    {fix: 'journals', ok: false, what: 'runs.jsonl belongs to root'},
  ])
})

test('less than a mebibyte is told in kibibytes', async () => {
  const expiredLogs = () => [1, 1024].map((bytes) => ({path: `/l/guardian_a_output.log.${bytes}`, bytes}))
  expect(await fixHarmless({...nothing, expiredLogs})).toEqual([
    {fix: 'logs', ok: true, what: '2 expired logs removed (2 KiB)'},
  ])
})
