import type {BootRef, ProcessRef, ProcessState} from '../../domain/clock/process-ref.js'
import type {ClockReading} from '../../domain/clock/reading.js'
import type {Incidents} from '../../domain/incident/incident.js'
import type {Lease, Leases} from '../../domain/lease/lease.js'
import type {ResetPolicy} from '../../domain/openclaw/reset-decision.js'
import type {ResetLedger} from '../../domain/openclaw/reset-ledger.js'
import type {ResetRequests} from '../../domain/openclaw/reset-request.js'
import type {RunsByJob} from '../../domain/run/job-runs.js'
import type {OutputSettings} from '../../domain/settings/job.js'
import type {Journal} from '../../journal/journal.js'
import type {Clock} from '../../system/host/clock.js'
import type {ReadOutputs} from '../../system/host/output-files.js'
import type {OpenClaw} from '../../system/openclaw/openclaw.js'

/** What the reset daemon works with. */
export interface ResetDeps {
  readonly clock: Clock
  readonly requests: Pick<Journal<ResetRequests>, 'read' | 'inspect'>
  readonly results: Pick<Journal<ResetLedger>, 'read' | 'append'>
  readonly leases: Pick<Journal<Leases>, 'read'>
  /** Whether all processes of a lease are provably dead. */
  readonly isLeaseDead: (lease: Lease) => Promise<boolean>
  readonly runs: Pick<Journal<RunsByJob>, 'read'>
  readonly incidents: Pick<Journal<Incidents>, 'read'>
  readonly readOutputs: ReadOutputs
  /** @returns the job of the settings with this id of OpenClaw; undefined if there is none */
  readonly jobOf: (openclawId: string) => ResettableJob | undefined
  readonly openclaw: OpenClaw
  /** This process, and where it runs. */
  readonly self: ProcessRef | undefined
  readonly here: BootRef
  readonly processState: (ref: ProcessRef, seen: BootRef, here: BootRef) => ProcessState
  /** Once aborted, no further request is claimed; the claimed one is finished. */
  readonly stop: AbortSignal
  readonly policy: ResetPolicy
  readonly pace: ResetPace
}

/** A job of the settings that stands for a job of OpenClaw. */
interface ResettableJob {
  readonly name: string
  readonly outputs: readonly OutputSettings[]
  /** Folder of the outputs' patterns. */
  readonly dir?: string
}

/** Time limits of the steps, ms. */
interface ResetPace {
  readonly pollMs: number
  /** For the marker to disappear after a task was cancelled, and after the disable. */
  readonly cancelWaitMs: number
  readonly markerWaitMs: number
  /** For the check after the enable. */
  readonly checkWaitMs: number
  /** Waits before each further enable. */
  readonly enableRetriesMs: readonly number[]
}

/** In 2026.2 to 2026.9 a marker disappears within 30 ms to a few seconds, unless the gateway is busy. */
export const usualPace: ResetPace = {
  pollMs: 1000,
  cancelWaitMs: 10_000,
  markerWaitMs: 15_000,
  checkWaitMs: 15_000,
  enableRetriesMs: [1000, 5000, 30_000, 120_000],
}

export function readClocks({clock, here}: Pick<ResetDeps, 'clock' | 'here'>): ClockReading {
  return {at: clock.now(), mono: clock.mono(), boot: here.boot, host: here.host}
}
