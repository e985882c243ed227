import {fleetFold} from '../../src/domain/fleet/known.js'
import {runsFold} from '../../src/domain/run/job-runs.js'
import {GuardError} from '../../src/errors.js'
import type {Clock} from '../../src/system/host/clock.js'
import type {FleetRequest} from '../../src/usecases/fleet/fleet-deps.js'
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
  const runs = memoryJournal(runsFold, clock)
  /** Holders of which no process is left. */
  const gone = new Set<string>()
  const machine = {floor: 0, raised: [] as number[], fault: undefined as GuardError | undefined}
  const seen = {warnings: [] as string[], told: [] as string[]}
  const calls = new Set<{readonly at: number; readonly work: () => void}>()
  const deps: FleetRunDeps = {
    clock,
    random: () => 0.5,
    store,
    known,
    runs,
    self: {pid: 10, start: '100'},
    livingProcessOf: async ({holder}) => (gone.has(holder) ? 'none' : 'guard'),
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
  /** The records of answers, and of what came after them. */
  const answers = () => known.lines.filter(({kind}) => kind !== 'asked')
  const kinds = () => answers().map(({kind, reason}) => (reason === undefined ? kind : `${kind} ${reason}`))
  return {clock, deps, store, known, runs, gone, machine, seen, pass, request, answers, kinds}
}

export const noSpace = new GuardError('io', 'no space left')
