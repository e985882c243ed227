import {spawn} from 'node:child_process'
import {isStandalone, programFile} from '../host/program.js'
import {withoutCallers} from './own-streams.js'

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

/**
 * Starts guard once more, in a session of its own and without any stream, so that nothing waits for it and nothing ends
 * it. A failure to start is not told: whatever is left to do, the next run or round does.
 */
export function startGuardDetached(args: readonly string[], {cwd = '/', env: own = {}}: DetachedPlace = {}): void {
  const env: NodeJS.ProcessEnv = {...process.env, ...(!isStandalone && {GUARD_NODE: process.execPath})}
  for (const mark of marks) delete env[mark]
  Object.assign(env, own)
  const child = spawn(programFile(), args, {
    stdio: withoutCallers(['ignore', 'ignore', 'ignore']),
    detached: true,
    cwd,
    env,
  })
  child.on('error', () => undefined)
  child.unref()
}

/**
 * systemd ends every process of a service with its first one, which may be a script that calls guard; a container ends
 * with process 1. On a terminal the variable is that of the service that shows the terminal.
 */
export function endsWithThisProcess(): boolean {
  if (process.pid === 1) return true
  return process.env['SYSTEMD_EXEC_PID'] !== undefined && process.stderr.isTTY !== true
}
