import type {JobSettings, Overlap} from '../../domain/settings/job.js'
import type {RunFlags} from './run-options.js'

/** The settings that the flags of `guard run` lay over those of the job. */
export function settingsOfFlags(flags: RunFlags, own: Pick<JobSettings, 'retry'>): Partial<JobSettings> {
  if (Object.keys(flags).length === 0) return {}
  const number = (name: keyof RunFlags) => flags[name] as number | undefined
  const over = {
    timeoutMs: number('timeout'),
    killAfterMs: number('kill-after'),
    silenceMs: number('silence'),
    waitMs: number('wait'),
    jitterMs: number('jitter'),
    ttlMs: number('ttl'),
    skipExitCode: number('skip-exit-code'),
    overlap: flags['overlap'] as Overlap | undefined,
    cwd: flags['cwd'] as string | undefined,
    quiet: flags['quiet'] as true | undefined,
    shell: flags['shell'] as true | undefined,
    recovery: flags['no-recover'] ? [] : undefined,
    retry: flags['retries'] === undefined ? undefined : {...own.retry, maxAttempts: Number(flags['retries']) + 1},
  }
  return Object.fromEntries(Object.entries(over).filter(([, value]) => value !== undefined))
}
