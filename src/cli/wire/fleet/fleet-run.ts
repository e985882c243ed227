import type {Lease} from '../../../domain/lease/lease.js'
import {parseSlotKey} from '../../../domain/scheduler/slot-key.js'
import {fleetJobProblem} from '../../../domain/settings/fleet.js'
import {GuardError} from '../../../errors.js'
import {fleetStream} from '../../../journal/failure-streams.js'
import {callAfter} from '../../../system/host/clock.js'
import {createSlots} from '../../../system/host/slots.js'
import {claimFleetRun} from '../../../usecases/fleet/fleet-run.js'
import type {RunResolved} from '../../../usecases/run/resolve-run.js'
import type {RunDeps} from '../../../usecases/run/run-job.js'
import type {Guard} from '../../guard.js'
import {compactJournals} from '../../lease/compact-journals.js'
import type {LinePrinter} from '../../output/line-printer.js'
import {warnOnce} from '../../output/stderr.js'
import {fleetSettings, wireFleet} from './fleet.js'

/** What a run of a fleet's job does beyond a run of this machine's. */
export interface FleetRunWiring {
  /** `before`: the lease of the job before the run took it. */
  readonly claim: (place: ClaimPlace, before: () => Lease | undefined) => NonNullable<RunDeps['claimFleet']>
  /** What can wait until the run is over. */
  readonly afterwards: () => void
  /** Whether the run has told a person of the store. */
  readonly hasNews: () => boolean
}

interface ClaimPlace {
  /** Whether the state directory can be used. */
  readonly usable: boolean
  readonly lines: Pick<LinePrinter, 'say'>
}

/**
 * Looks at what a run of a fleet's job needs before anything starts, and at its slot, which is that of its beginning
 * however long it waits. Throws GuardError `config`.
 */
export function openFleetRun(guard: Guard, run: RunResolved, asked: SlotAsked): FleetRunWiring {
  refuseWrongJob(run)
  const {onStoreError} = fleetSettings(guard)
  const slotAt = slotOf(guard, run, asked)
  let isNews = false
  return {
    hasNews: () => isNews,
    claim:
      ({usable, lines}, before) =>
      async (request, machine) => {
        const onNews = () => {
          isNews = true
        }
        const warn = warnOnce(lines.say)
        const deps = await wireFleet(guard, {
          usable,
          warn,
          machineLease: before,
          onNews,
          recordsAddress: true,
        })
        return claimFleetRun({...deps, callAfter, onStoreError, slotAt}, request, machine)
      },
    afterwards: () => compactJournals(guard.journal(fleetStream)),
  }
}

/** Flags may have made right settings wrong. */
function refuseWrongJob({job, settings}: RunResolved): void {
  const problem = fleetJobProblem(settings)
  if (!problem) return
  throw new GuardError('config', `job ${job} does not run: its ${problem.key} ${problem.text}`, [
    'a flag outranks the settings: look at both',
  ])
}

interface SlotAsked {
  readonly slot: string | undefined
  /** The run is for no slot, whatever the schedule says. */
  readonly hasNone: boolean
}

/** @returns undefined for a job without schedule, and for a run beside it: its slot may have been claimed */
function slotOf({clock}: Guard, {settings}: RunResolved, {slot, hasNone}: SlotAsked): number | undefined {
  if (hasNone) return undefined
  if (slot !== undefined) return parseSlotKey(slot)?.slotMs
  const {schedule, timezone} = settings
  return schedule === undefined ? undefined : createSlots().latest({expression: schedule, timezone}, clock.now())
}
