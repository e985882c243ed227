import type {OpenClawJob} from '../../src/domain/openclaw/job.js'

/** A job of OpenClaw that never ran and has no slot, except for the differing fields. */
export function openClawJob(differing: Partial<OpenClawJob>): OpenClawJob {
  return {
    ...{id: 'a', name: 'Scan', enabled: true, schedule: 'every', everyMs: undefined, anchorMs: undefined},
    ...{payload: 'command', timeoutSeconds: undefined, runningAtMs: undefined, nextRunAtMs: undefined},
    ...{lastRunAtMs: undefined, updatedAtMs: undefined, lastError: undefined, consecutiveErrors: 0},
    ...{autoDisabled: undefined, systemOwned: false},
    ...differing,
  }
}
