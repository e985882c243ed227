import {fleetFold} from '../../src/domain/fleet/known.js'
import {GuardError} from '../../src/errors.js'
import type {Clock} from '../../src/system/host/clock.js'
import type {FleetRequest} from '../../src/usecases/fleet/acquire-fleet-lease.js'
import type {FleetRunDeps} from '../../src/usecases/fleet/fleet-run.js'
import {fakeClock} from './fake-clock.js'
import {memoryFleetStore} from './memory-fleet-store.js'
import {memoryJournal} from './memory-journal.js'

interface FakeFleetOptions {
  readonly clock?: Clock & {readonly advance: (ms: number) => void}
  readonly host?: string
  readonly store?: ReturnType<typeof memoryFleetStore>
}

/** What a host of a fleet works with, without a process, a server or a file. */
export function fakeFleet({
  clock = fakeClock(),
  host = 'web-17',
  store = memoryFleetStore(clock),
}: FakeFleetOptions = {}) {
  const known = memoryJournal(fleetFold, clock)
  const machine = {floor: 0, raised: [] as number[], fault: undefined as GuardError | undefined}
  const seen = {warnings: [] as string[], told: [] as string[]}
  const calls = new Set<{readonly at: number; readonly work: () => void}>()
  const deps: FleetRunDeps = {
    clock,
    random: () => 0.5,
    store,
    known,
    host,
    waitMs: 15_000,
    machineFloor: () => {
      if (machine.fault) throw machine.fault
      return machine.floor
    },
    raiseMachine: (_job, token) => {
      if (machine.fault) throw machine.fault
      machine.raised.push(token)
    },
    warn: (text) => void seen.warnings.push(text),
    callAfter: (ms, work) => void calls.add({at: clock.mono() + ms, work}),
    onStoreError: 'refuse',
    slotAt: undefined,
    tell: ({kind, text}, is) => void seen.told.push(`${kind} ${is}: ${text}`),
  }
  /** Moves the clock on, in one step, as for a process that was stopped meanwhile; then what was to be called is called. */
  const pass = async (ms: number) => {
    clock.advance(ms)
    for (const call of [...calls]) if (call.at <= clock.mono() && calls.delete(call)) call.work()
    // The answers of the store.
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  }
  const request: FleetRequest = {
    ...{job: 'nightly', holder: 'run-1', claimId: 'run-1', ttlMs: 60_000, slotAt: undefined, patienceMs: 0},
  }
  const kinds = () => known.lines.map(({kind, reason}) => (reason === undefined ? kind : `${kind} ${reason}`))
  return {clock, deps, store, known, machine, seen, pass, request, kinds}
}

export const noSpace = new GuardError('io', 'no space left')
