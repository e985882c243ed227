import type {JobSettings} from '../../domain/settings/job.js'
import type {RunFlags} from './run-options.js'

/** The settings that the flags of `guard run` lay over those of the job. */
export function settingsOfFlags(flags: RunFlags, own: Pick<JobSettings, 'retry'>): Partial<JobSettings> {
  if (Object.keys(flags).length === 0) return {}
  const over = {
    timeoutMs: flags.timeout,
    killAfterMs: flags['kill-after'],
    silenceMs: flags.silence,
    waitMs: flags.wait,
    jitterMs: flags.jitter,
    ttlMs: flags.ttl,
    skipExitCode: flags['skip-exit-code'],
    overlap: flags.overlap,
    cwd: flags.cwd,
    quiet: flags.quiet,
    shell: flags.shell,
    recovery: flags['no-recover'] ? [] : undefined,
    retry: flags.retries === undefined ? undefined : {...own.retry, maxAttempts: flags.retries + 1},
  }
  return Object.fromEntries(Object.entries(over).filter(([, value]) => value !== undefined))
}
