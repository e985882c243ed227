import {readBootRef} from '../../../system/host/host.js'
import {spawnGuardDetached} from '../../../system/process/detach.js'
import type {TriggerDeps} from '../../../usecases/schedule/trigger-job.js'
import type {Guard} from '../../guard.js'
import {noSlot} from '../../scheduler/checked-slot.js'
import {placeArgs, settingsFolder} from '../../settings/place-args.js'

/** What `triggerJob` needs. */
export function wireTrigger(guard: Guard): TriggerDeps {
  guard.ensureState()
  return {
    clock: guard.clock,
    here: readBootRef(),
    settings: guard.settings,
    runs: guard.runs(),
    leases: guard.leases(),
    newId: guard.newId,
    // A person who triggers a job wants it now, whatever its schedule says, and asks for guard's own exit codes.
    start: (job, runId) =>
      spawnGuardDetached(
        [
          'run',
          ...placeArgs(guard),
          '--run-id',
          runId,
          '--slot',
          noSlot,
          '--jitter',
          '0',
          '--skip-exit-code',
          '75',
          job,
        ],
        {cwd: settingsFolder(guard)},
      ),
  }
}
