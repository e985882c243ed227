import {signalNumber} from '../host/host.js'
import {stateIsMade} from '../host/made-state.js'
import {isStandalone, programFile} from '../host/program.js'
import {theCaller} from './caller.js'
import {withoutCallers} from './own-streams.js'
import {limitLines} from './prelude.js'
import {startProcess} from './start-process.js'

/** What says to a process that it belongs to a run; guard would end it with that run. */
const marks = [
  'GUARD_JOB',
  'GUARD_RUN_ID',
  'GUARD_ATTEMPT',
  'GUARD_RESULT_FILE',
  'GUARD_LEASE_TOKEN',
  'GUARD_RESUMED_RUN',
]

interface DetachedPlace {
  readonly cwd?: string
  /** Variables more. */
  readonly env?: Readonly<Record<string, string>>
}

/** A guard that was started in a session of its own. */
export interface DetachedGuard {
  /** Undefined if it could not be started. */
  readonly pid: number | undefined
  /** Resolves with its exit code, 128 + n after a signal as in a shell; undefined if it could not be started. */
  readonly ended: Promise<number | undefined>
  /** Lets this process end before that one. */
  leave(): void
}

/**
 * Starts guard once more, in a session of its own and without any stream, so that nothing waits for it and nothing ends
 * it. A failure to start is not told: whatever is left to do, the next run or round does.
 */
export function startGuardDetached(args: readonly string[], place: DetachedPlace = {}): void {
  spawnGuardDetached(args, place).leave()
}

/** Does so, and tells of its end as long as this process waits for it. */
export function spawnGuardDetached(args: readonly string[], {cwd = '/', env = {}}: DetachedPlace = {}): DetachedGuard {
  const {pid, exited, failed, unref} = startProcess({
    argv: guardCommand(args),
    stdio: withoutCallers(['ignore', 'ignore', 'ignore']),
    detached: true,
    cwd,
    env: {...ownEnvironment(), ...env},
  })
  const code = exited.then(({code, signal}) => code ?? 128 + (signalNumber(signal ?? '') ?? 0))
  return {pid, ended: Promise.race([code, failed.then(() => undefined)]), leave: unref}
}

/** The command line that starts guard with the limit of open files that this process had, before the runtime raised it. */
export function guardCommand(args: readonly string[]): readonly [string, ...string[]] {
  const limits = limitLines(theCaller().openFiles)
  if (limits.length === 0) return [programFile(), ...args]
  return ['/bin/sh', '-c', [...limits, 'exec "$@"'].join('\n'), 'sh', programFile(), ...args]
}

/** The environment of this process for another guard, without what belongs to a run. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  const node = isStandalone ? {} : {GUARD_NODE: process.execPath}
  const env: NodeJS.ProcessEnv = {...process.env, ...stateIsMade, ...node}
  for (const mark of marks) delete env[mark]
  return env
}

/**
 * systemd ends every process of a service with its first one, which may be a script that calls guard; a container ends
 * with process 1. On a terminal the variable is that of the service that shows the terminal.
 */
export function endsWithThisProcess(): boolean {
  if (process.pid === 1) return true
  return process.env['SYSTEMD_EXEC_PID'] !== undefined && process.stderr.isTTY !== true
}
