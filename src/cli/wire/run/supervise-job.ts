import type {JobSettings} from '../../../domain/settings/job.js'
import type {OwnJobCgroup} from '../../../system/process/job-cgroup.js'
import type {JobCommand} from '../../../system/process/job-command.js'
import {supervise} from '../../../system/process/supervise.js'
import type {AttemptDeps} from '../../../usecases/run/attempt-job.js'

interface SupervisedJob {
  /** How a job starts that guard, or another run of it, may have to end. */
  readonly startIn: () => Promise<Pick<JobCommand, 'around'>>
  readonly supervise: AttemptDeps['supervise']
  readonly removeCgroup: () => void
}

/** Wires what ends the job of one run: limits, signals to guard, and a cgroup in which all its processes are found. */
export function superviseJob(runId: string, settings: JobSettings): SupervisedJob {
  const {timeoutMs, silenceMs, killAfterMs, overlap, quiet, scope} = settings
  const hasLimit = timeoutMs !== undefined || silenceMs !== undefined
  const mayBeEnded = hasLimit || overlap === 'cancel-other' || scope === 'fleet'
  let cgroup: OwnJobCgroup | undefined
  return {
    startIn: async () => {
      if (!mayBeEnded) return {}
      // Loaded late: many jobs have no limit.
      cgroup ??= (await import('../../../system/process/job-cgroup.js')).makeJobCgroup(runId)
      return cgroup ? {around: cgroup.around} : {}
    },
    supervise: async (process, {output, timeoutMs: limitMs, signals, leaseRestMs}) => {
      const exit = await supervise(
        process,
        {
          timeoutMs: limitMs,
          silenceMs: output ? silenceMs : undefined,
          killAfterMs,
          lastWriteMs: () => output?.lastWriteMs() ?? 0,
          readerGone: quiet ? undefined : output?.readerGone(),
          endAsked: signals.endAsked,
        },
        // Loaded late: most jobs end by themselves.
        async (job, killAfter, sent) =>
          (await import('../../../system/process/stop-process-group.js')).stopProcessGroup(job, {
            ...{runId, cgroup, sent},
            // Once the lease of the fleet has ended another host may start the job.
            killAfterMs: Math.min(killAfter, leaseRestMs?.() ?? killAfter),
          }),
      )
      await output?.drained()
      return exit
    },
    removeCgroup: () => cgroup?.remove(),
  }
}
