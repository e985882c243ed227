import type {FlagSettings} from '../../usecases/run/resolve-run.js'
import type {RunFlags} from './run-options.js'

/** The settings that the flags of `guard run` lay over those of the job. */
export function settingsOfFlags(flags: RunFlags): FlagSettings {
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
    maxAttempts: flags.retries === undefined ? undefined : flags.retries + 1,
  }
  return Object.fromEntries(Object.entries(over).filter(([, value]) => value !== undefined))
}
