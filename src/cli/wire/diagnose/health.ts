import {accessSync, constants, existsSync} from 'node:fs'
import {GuardError} from '../../../errors.js'
import {
  breakerStream,
  deliveryStream,
  fleetStream,
  incidentStream,
  resetRequestStream,
  resetResultStream,
} from '../../../journal/failure-streams.js'
import {readBootRef} from '../../../system/host/host.js'
import {readMachine} from '../../../system/host/machine.js'
import {livingProcessOf} from '../../../system/process/holder-liveness.js'
import type {HealthDeps} from '../../../usecases/diagnose/check-health.js'
import type {Guard} from '../../guard.js'
import {allJournals} from '../journals.js'
import {tryNewStateDir} from '../new-state-dir.js'
import {schedulerFacts} from '../scheduler/scheduler-facts.js'

/** Wires `guard health`, which makes no state directory. */
export function wireHealth(guard: Guard): HealthDeps {
  const here = readBootRef()
  const [leases, runs, breakers] = [guard.leases(), guard.runs(), guard.journal(breakerStream)]
  const [resetRequests, resets] = [guard.journal(resetRequestStream), guard.journal(resetResultStream)]
  return {
    settings: guard.settings,
    readClock: () => ({...here, at: guard.clock.now(), mono: guard.clock.mono()}),
    readMachine: () => readMachine(guard.stateDir),
    tryState: () => tryState(guard),
    leases,
    livingProcessOf: (holder) => livingProcessOf(holder, here),
    runs,
    breakers,
    incidents: guard.journal(incidentStream),
    outbox: guard.journal(deliveryStream),
    resetRequests,
    resets,
    fleet: guard.settings.fleet && {known: guard.journal(fleetStream), settings: guard.settings.fleet},
    lookAtScheduler: async () => schedulerFacts(guard),
    journals: allJournals(guard),
  }
}

/** Whether `guard run` could write there. */
function tryState(guard: Guard): string {
  if (!existsSync(guard.stateDir)) return tryNewStateDir(guard.stateDir)
  guard.ensureState()
  try {
    accessSync(guard.stateDir, constants.W_OK)
  } catch (error) {
    const {syscall, code} = error as NodeJS.ErrnoException
    if (syscall === undefined) throw error
    throw new GuardError('io', `state directory ${guard.stateDir} cannot be written (${code})`, [], {cause: error})
  }
  return guard.stateDir
}
