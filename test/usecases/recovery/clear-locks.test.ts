import {execFileSync} from 'node:child_process'
import {existsSync, readdirSync, readFileSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from 'vitest'
import {systemClock} from '../../../src/system/host/clock.js'
import {findPaths} from '../../../src/system/host/glob.js'
import {inspectLocks, readLocalNames} from '../../../src/system/locks/inspect.js'
import {openQuarantine, type Quarantine} from '../../../src/system/locks/quarantine.js'
import {type ClearLocksDeps, clearLocks, listLocks, restoreLocks} from '../../../src/usecases/recovery/clear-locks.js'
import {startReady} from '../../support/child.js'
import {tempDir} from '../../support/temp-dir.js'

/** A folder with a lock of a process that is gone, one of a living process, and a young one of nobody. */
function scene() {
  const dir = tempDir()
  const stateDir = tempDir()
  const path = (name: string) => join(dir, name)
  writeFileSync(path('dead.lock'), execFileSync('sh', ['-c', 'echo $$']))
  writeFileSync(path('live.lock'), String(process.pid))
  writeFileSync(path('young.lock'), '')
  let ids = 0
  const deps: ClearLocksDeps = {
    clock: systemClock,
    newId: () => `q${++ids}`,
    findPaths,
    inspectLocks,
    readLocalNames,
    quarantine: openQuarantine(stateDir),
  }
  const search = {patterns: ['*.lock'], dir, without: [], minAgeMs: 600_000}
  return {deps, dir, path, search, stateDir, names: () => readdirSync(dir).sort()}
}

const verdicts = (locks: readonly {readonly verdict: string}[]) => locks.map(({verdict}) => verdict)

test('listing shows what is stale, and moves nothing', async () => {
  const {deps, search, names} = scene()
  const {locks} = await listLocks(deps, [search])
  expect(verdicts(locks)).toEqual(['stale', 'held', 'kept'])
  expect(names()).toEqual(['dead.lock', 'live.lock', 'young.lock'])
})

test('clearing moves what is stale alone, and restoring brings it back', async () => {
  const {deps, search, names, path} = scene()
  expect(await clearLocks(deps, [search], 'proof')).toMatchObject({cleared: [path('dead.lock')], quarantineId: 'q1'})
  expect(names()).toEqual(['live.lock', 'young.lock'])

  expect(restoreLocks(deps, undefined)).toEqual({
    quarantineId: 'q1',
    locks: [{path: path('dead.lock'), result: 'restored'}],
  })
  expect(names()).toEqual(['dead.lock', 'live.lock', 'young.lock'])
})

test('a lock that several searches find is one lock, judged by the first', async () => {
  const {deps, search, path} = scene()
  const {locks} = await listLocks(deps, [{...search, patterns: ['young.lock'], minAgeMs: 0}, search])
  expect(locks.map((lock) => lock.path)).toEqual([path('young.lock'), path('dead.lock'), path('live.lock')])
  expect(verdicts(locks)).toEqual(['stale', 'stale', 'held'])
})

test('force clears whatever matches, and that can be restored too', async () => {
  const {deps, search, names} = scene()
  const {cleared} = await clearLocks(deps, [search], 'force')
  expect(cleared).toHaveLength(3)
  expect(names()).toEqual([])
  restoreLocks(deps, 'q1')
  expect(names()).toEqual(['dead.lock', 'live.lock', 'young.lock'])
})

test('nothing to clear leaves no quarantine behind', async () => {
  const {deps, search, stateDir} = scene()
  const result = await clearLocks(deps, [{...search, patterns: ['*.none']}], 'proof')
  expect(result).toEqual({locks: [], unreadable: [], cleared: []})
  expect(existsSync(join(stateDir, 'quarantine'))).toBe(false)
  expect(() => restoreLocks(deps, undefined)).toThrow(/no cleared locks/)
})

test('a lock that is taken between the proof and the move is given back to its holder', async () => {
  const {deps, search, path} = scene()
  const target = path('dead.lock')
  const judged = inspectLocks([target])
  await startReady('flock', target, 'sh', '-c', 'echo ready; sleep 300')
  let looks = 0
  const late: ClearLocksDeps = {...deps, inspectLocks: (paths) => (looks++ === 0 ? judged : inspectLocks(paths))}

  const {cleared, locks} = await clearLocks(late, [search], 'proof')
  expect(cleared).toEqual([])
  expect(locks).toMatchObject([{path: target, verdict: 'held', reason: expect.stringMatching(/has just taken it/)}])
  expect(existsSync(target)).toBe(true)
})

test('a lock that is written again between the proof and the move is kept', async () => {
  const {deps, search, path} = scene()
  const judged = inspectLocks([path('dead.lock')])
  writeFileSync(path('dead.lock'), String(process.pid))
  utimesSync(path('dead.lock'), 5, 5)
  const {cleared, locks} = await clearLocks({...deps, inspectLocks: () => judged}, [search], 'proof')
  expect([cleared, verdicts(locks)]).toEqual([[], ['kept']])
  expect(readFileSync(path('dead.lock'), 'utf8')).toBe(String(process.pid))
})

test('a lock that cannot be moved is kept, and the others are cleared', async () => {
  const {deps, search, path} = scene()
  writeFileSync(path('fixed.lock'), readFileSync(path('dead.lock')))
  const openBox: Quarantine['openBox'] = (id) => {
    const box = deps.quarantine.openBox(id)
    return {...box, take: (lock, note) => (lock.path === path('fixed.lock') ? refuse() : box.take(lock, note))}
  }
  const {cleared, locks} = await clearLocks({...deps, quarantine: {...deps.quarantine, openBox}}, [search], 'proof')
  expect(cleared).toEqual([path('dead.lock')])
  expect(locks[1]).toMatchObject({verdict: 'kept', reason: expect.stringMatching(/cannot be moved: EPERM/)})
})

function refuse(): never {
  throw Object.assign(new Error('EPERM: operation not permitted, rename'), {code: 'EPERM'})
}
