import {expect, test} from 'vitest'
import type {PidReuse} from '../../../src/domain/locks/lock.js'
import {judgeCrashedRun} from '../../../src/domain/recovery/crashed-run.js'

const minute = 60_000
const here = {hosts: ['web.example.org'], boot: 'b2', now: 100 * minute, staleAfterMs: 10 * minute}
const process = (startedAt: number, state: PidReuse['state'] = 'alive'): PidReuse => ({
  ...{pid: 7, program: 'python3', names: ['python3'], startedAt, state},
})
const fresh = {writtenAt: 99 * minute, owner: {pid: 7}, pidReuses: [], partialView: undefined}
const silent = {...fresh, writtenAt: 85 * minute}

test.each([
  ['is gone', fresh, 'its process 7 is gone'],
  ['is a zombie', {...fresh, pidReuses: [process(0, 'dead')]}, 'its process 7 is gone'],
  ['is of an earlier boot', {...fresh, owner: {pid: 7, boot: 'b1'}}, 'its process 7 is of an earlier boot'],
  ['is not named and silent', {...silent, owner: undefined}, 'not written for 15m, at least 10m'],
  ['may run unseen and is silent', {...silent, partialView: 'in a container'}, 'not written for 15m, at least 10m'],
  [
    'left its number to another process and is silent',
    {...silent, pidReuses: [process(90 * minute)]},
    'not written for 15m, at least 10m',
  ],
])('a run crashed if its owner %s', (_title, facts, reason) => {
  expect(judgeCrashedRun(facts, here)).toEqual({isCrashed: true, reason})
})

test.each([
  ['runs, however silent', {...silent, pidReuses: [process(minute)]}, 'its process 7 (python3) is running'],
  [
    'may run in a container',
    {...silent, pidReuses: [process(minute, 'contained')]},
    'its process 7 (python3) is running',
  ],
  [
    'runs on another machine',
    {...silent, owner: {pid: 7, host: 'db.example.org'}},
    'names process 7 on db.example.org, which only that machine can see',
  ],
  ['is not named and not silent', {...fresh, owner: undefined}, 'not written for 1m, less than 10m'],
  ['may run unseen', {...fresh, partialView: 'in a container'}, 'not written for 1m, less than 10m'],
  [
    'is one of two with its number, of which a clock that was set may have made one younger',
    {...fresh, pidReuses: [process(99.5 * minute)]},
    'not written for 1m, less than 10m',
  ],
  [
    'is not named and the file is of the future',
    {...fresh, owner: undefined, writtenAt: 200 * minute},
    'not written for 0s, less than 10m',
  ],
])('a run is left if its owner %s', (_title, facts, reason) => {
  expect(judgeCrashedRun(facts, here)).toEqual({isCrashed: false, reason})
})
