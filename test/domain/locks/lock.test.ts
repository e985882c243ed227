import {expect, test} from 'vitest'
import {
  judgeLock,
  type LocalNames,
  type LockFacts,
  type LockVerdict,
  type PidReuse,
} from '../../../src/domain/locks/lock.js'
import {fc} from '../../support/properties.js'

const now = Date.UTC(2026, 0, 5, 12)
const minute = 60_000
const witness: LocalNames = {hosts: ['web1.example.org', '10.0.0.7'], boot: 'boot-2', now, minAgeMs: 10 * minute}

const lock: LockFacts = {
  path: '/srv/state/bot.lock',
  identity: '1:2:3',
  form: 'file',
  writtenAt: now - 60 * minute,
  holders: [],
  pidReuses: [],
}
const named: LockFacts = {...lock, owner: {pid: 7}}
const reuse = (startedAt: number, state: PidReuse['state'] = 'alive'): PidReuse[] => [
  {pid: 7, program: 'python3', names: ['python3', 'rotate'], startedAt, state},
]
const before = reuse(lock.writtenAt - minute)
const after = reuse(lock.writtenAt + minute)
const partialView = 'this is a container'
const flock = {pid: 9, program: 'flock', by: 'kernel-lock'} as const

test.each<[string, LockFacts, LockVerdict['verdict'], RegExp]>([
  ['a kernel lock holds', {...lock, holders: [flock]}, 'held', /process 9 \(flock\) holds a kernel lock/],
  ['an open file holds', {...lock, holders: [{...flock, by: 'open-file'}]}, 'held', /process 9 \(flock\) has it open/],
  ['a holder counts even when the named process is gone', {...named, holders: [flock]}, 'held', /kernel lock/],
  ['a holder counts even on a list of versions', {...lock, path: '/a/yarn.lock', holders: [flock]}, 'held', /flock/],
  ['a named process that is gone leaves a stale lock', named, 'stale', /process 7, is gone/],
  ['a young lock of a gone process is stale', {...named, writtenAt: now - 1000}, 'stale', /is gone/],
  ['a named process that is running holds', {...named, pidReuses: before}, 'held', /its owner is running: process 7/],
  [
    'a process that wrote its lock as it started holds',
    {...named, pidReuses: reuse(lock.writtenAt)},
    'held',
    /is running/,
  ],
  ['a process that started after the lock is not its owner', {...named, pidReuses: after}, 'stale', /after the lock/],
  ['a zombie holds nothing', {...named, pidReuses: reuse(lock.writtenAt - 1, 'dead')}, 'stale', /gone/],
  [
    'a process with that number in a container may be the owner',
    {...named, pidReuses: reuse(lock.writtenAt - 1, 'contained')},
    'kept',
    /7 in its container/,
  ],
  ['a process of another machine cannot be judged', {...lock, owner: {pid: 7, host: 'web2'}}, 'kept', /on web2/],
  ['the full name is this machine', {...lock, owner: {pid: 7, host: 'WEB1.example.org'}}, 'stale', /gone/],
  ['the short name is this machine', {...lock, owner: {pid: 7, host: 'web1'}}, 'stale', /gone/],
  ['an address of this machine is this machine', {...lock, owner: {pid: 7, host: '10.0.0.7'}}, 'stale', /gone/],
  ['another address is another machine', {...lock, owner: {pid: 7, host: '10.0.0.8'}}, 'kept', /10\.0\.0\.8/],
  ['a loopback address is this machine', {...lock, owner: {pid: 7, host: '127.0.1.1'}}, 'stale', /gone/],
  [
    'no process survives its boot',
    {...named, owner: {pid: 7, boot: 'boot-1'}, pidReuses: before},
    'stale',
    /earlier boot/,
  ],
  ['this boot proves nothing', {...named, owner: {pid: 7, boot: 'boot-2'}, pidReuses: before}, 'held', /is running/],
  ['an old lock that names no process is stale', lock, 'stale', /it names none, and is 1h old/],
  [
    'a lock that names no process is kept while it is young',
    {...lock, writtenAt: now - minute},
    'kept',
    /only 1m old.*10m/,
  ],
  ['a lock from the future is young', {...lock, writtenAt: now + minute}, 'kept', /only 0s old/],
  [
    'what a process may hold unseen is kept',
    {...lock, blindSpot: 'process 3 cannot be looked at'},
    'kept',
    /process 3/,
  ],
  ['an unseen holder keeps the lock of a gone process', {...named, blindSpot: 'nfs'}, 'kept', /nfs/],
  ['a mkdir lock is judged by its age', {...lock, form: 'directory'}, 'stale', /1h old/],
  [
    'a link to what is there is kept',
    {...lock, form: 'symlink', leadsTo: '/run/bot.lock'},
    'kept',
    /link to \/run\/bot\.lock/,
  ],
  ['a directory with other things in it is kept', {...lock, form: 'crowded'}, 'kept', /directory/],
  ['a socket is kept', {...lock, form: 'other'}, 'kept', /socket/],
  [
    'a process that started after the lock may be its owner if its name fits',
    {...named, path: '/run/rotate.pid', pidReuses: after},
    'kept',
    /its name fits/,
  ],
  [
    'a zombie is not the owner, whatever its name',
    {...named, path: '/run/rotate.pid', pidReuses: reuse(now, 'dead')},
    'stale',
    /gone/,
  ],
  [
    'where processes are hidden a lock with a pid is kept',
    {...named, partialView},
    'kept',
    /process 7, may run unseen/,
  ],
  [
    'where processes are hidden no boot proves anything',
    {...named, partialView, owner: {pid: 7, boot: 'boot-1'}},
    'kept',
    /unseen/,
  ],
  [
    'where processes are hidden a visible owner still holds',
    {...named, partialView, pidReuses: before},
    'held',
    /is running/,
  ],
  ['a kernel lock of a hidden process holds', {...lock, partialView, kernelLock: 'held'}, 'held', /not visible/],
  ['an old lock that the kernel has free is stale', {...lock, partialView, kernelLock: 'free'}, 'stale', /1h old/],
  [
    'a lock about which the kernel cannot be asked is kept',
    {...lock, partialView, kernelLock: 'untried'},
    'kept',
    /unseen/,
  ],
  ['a list of versions is kept', {...lock, path: '/a/Cargo.lock'}, 'kept', /list of versions/],
])('%s', (_title, facts, verdict, reason) => {
  const judgement = judgeLock(facts, witness)
  expect(judgement.verdict).toBe(verdict)
  expect(judgement.reason).toMatch(reason)
})

test('a lock that names no process becomes stale at its minimum age, not before', () => {
  const at = (ageMs: number) => judgeLock({...lock, writtenAt: now - ageMs}, witness).verdict
  expect([at(10 * minute - 1), at(10 * minute)]).toEqual(['kept', 'stale'])
})

test('whatever anybody may still want is never stale', () => {
  const state = fc.constantFrom<PidReuse['state']>('alive', 'contained', 'dead')
  const times = fc.integer({min: -120, max: 120}).map((minutes) => now + minutes * minute)
  const anyFacts = fc.record({
    form: fc.constantFrom<LockFacts['form']>('file', 'symlink', 'directory', 'crowded', 'other'),
    writtenAt: times,
    holders: fc.array(fc.constant(flock), {maxLength: 1}),
    blindSpot: fc.constantFrom('', 'nfs'),
    owner: fc.constantFrom(
      undefined,
      {pid: 7},
      {pid: 7, host: 'web2'},
      {pid: 7, boot: 'boot-1'},
      {pid: 7, boot: 'boot-2'},
    ),
    pidReuses: fc.array(
      fc.record({pid: fc.constant(7), program: fc.constant('x'), names: fc.constant(['x']), startedAt: times, state}),
      {
        maxLength: 3,
      },
    ),
  })
  const mayBeWanted = ({form, holders, blindSpot, owner, pidReuses, writtenAt}: LockFacts) =>
    holders.length > 0 ||
    blindSpot !== undefined ||
    form === 'crowded' ||
    form === 'other' ||
    owner?.host === 'web2' ||
    (owner === undefined && now - writtenAt < witness.minAgeMs) ||
    (owner !== undefined &&
      owner.boot !== 'boot-1' &&
      pidReuses.some((each) => each.state !== 'dead' && each.startedAt <= writtenAt))
  fc.assert(
    fc.property(anyFacts, ({blindSpot, owner, ...rest}) => {
      const facts = {...lock, ...rest, ...(blindSpot && {blindSpot}), ...(owner && {owner})}
      if (mayBeWanted(facts)) expect(judgeLock(facts, witness).verdict).not.toBe('stale')
    }),
    {numRuns: 2000},
  )
})
