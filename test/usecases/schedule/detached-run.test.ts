import {expect, test} from 'vitest'
import type {PendingSlot} from '../../../src/domain/scheduler/launch-order.js'
import {endOf, started} from '../../../src/usecases/schedule/detached-run.js'

const slot: PendingSlot = {job: 'scan', slot: 0, key: 'scan#0', dueAt: 0, isCatchUp: false}
const guardOf = (ended: Promise<number | undefined>) => ({pid: 1, ended, leave: () => undefined})

test('the end of a guard is its exit code', async () => {
  expect(await endOf(started({start: () => guardOf(Promise.resolve(75))}, slot))).toBe(75)
})

test('a process that the system refuses ends no scheduler: it has no exit code, as one that was killed', async () => {
  const start = () => {
    throw new Error('spawn EAGAIN')
  }
  expect(await endOf(started({start}, slot))).toBeUndefined()
  expect(await endOf(guardOf(Promise.reject(new Error('spawn E2BIG'))))).toBeUndefined()
})
