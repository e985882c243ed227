import {expect, test} from 'vitest'
import {type BootRef, judgeProcess, type ProcessState, type Sighting} from '../../../src/domain/clock/process-ref.js'

const place = (boot: string, machine?: string): BootRef => ({
  host: 'web',
  boot,
  ...(machine !== undefined && {machine}),
})
const here = place('boot-2', 'm1')
const inContainer = place('boot-2')

test.each<[string, BootRef, number, BootRef, number, Sighting, ProcessState]>([
  ['the process is there', here, 1, here, 1, 'same', 'alive'],
  ['it is not there', here, 1, here, 1, 'none', 'gone'],
  ['it may be there unseen', here, 1, here, 1, 'unseen', 'unknown'],
  ['a process of an earlier boot', place('boot-1', 'm1'), 1, here, 1, 'none', 'gone'],
  ['one of an earlier boot whose number may be taken', place('boot-1', 'm1'), 1, here, 1, 'unseen', 'gone'],
  ['another boot id, but the process is there', place('boot-1', 'm1'), 1, here, 1, 'same', 'alive'],
  ['another boot id of an unknown machine', place('boot-1'), 1, here, 1, 'none', 'unknown'],
  ['another boot id in a container', place('boot-1', 'm1'), 1, inContainer, 1, 'none', 'unknown'],
  ['another boot id, an unknown machine, but the process is there', place('boot-1'), 1, here, 1, 'same', 'alive'],
  ['another machine', place('boot-1', 'm2'), 1, here, 1, 'none', 'unknown'],
  ['another machine where a process has its number and start', place('boot-1', 'm2'), 1, here, 1, 'same', 'unknown'],
  ['a clone of the machine with its boot id', place('boot-2', 'm2'), 1, here, 1, 'none', 'unknown'],
  ['not there, in the same container', inContainer, 7, inContainer, 7, 'none', 'gone'],
  ['there, in the same container', inContainer, 7, inContainer, 7, 'same', 'alive'],
  ['not there, looked for from another container', inContainer, 7, inContainer, 8, 'none', 'unknown'],
  ['a process of the machine, looked for from a container', here, 1, inContainer, 8, 'none', 'unknown'],
  ['a process of a container, looked for from the machine', inContainer, 8, here, 1, 'none', 'unknown'],
  ['the same number and start in another container', inContainer, 7, inContainer, 8, 'same', 'unknown'],
])('%s', (_title, seen, pidns, at, ownPidns, found, state) => {
  expect(judgeProcess({pid: 7, start: '42', pidns}, seen, {...at, pidns: ownPidns}, found)).toBe(state)
})

test('a system without namespaces numbers its processes once', () => {
  const at = {...here, pidns: undefined}
  expect(judgeProcess({pid: 7, start: 'Mon'}, here, at, 'none')).toBe('gone')
  expect(judgeProcess({pid: 7, start: 'Mon', pidns: 1}, here, at, 'none')).toBe('unknown')
})
