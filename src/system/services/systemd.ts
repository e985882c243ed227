import type {Argv} from '../../domain/settings/job.js'
import type {ServiceSettings} from '../../domain/settings/service.js'
import type {RunCommand} from '../process/run-command.js'
import {callProblem, failedRestart, type RestartAnswer, type Service, type ServiceState} from './service.js'

type Settings = Extract<ServiceSettings, {manager: 'systemd'}>

const meanings: Readonly<Record<string, ServiceState['state']>> = {
  active: 'up',
  reloading: 'up',
  // This includes `auto-restart`: systemd waits before it tries again.
  activating: 'starting',
  deactivating: 'starting',
  inactive: 'down',
  failed: 'failed',
}

const properties = [
  ...['LoadState', 'ActiveState', 'SubState', 'Result', 'InvocationID', 'MainPID', 'Type'],
  ...['ConditionResult', 'ConditionTimestampMonotonic'],
]

/** A unit of the system or of the user, through `systemctl` (230 and later). */
export function systemdService(settings: Settings, runCommand: RunCommand): Service {
  const {unit, user, timeoutMs} = settings
  const call = async (args: readonly string[], limitMs = timeoutMs) => {
    const argv: Argv = [...settings.command, ...(user ? ['--user'] : []), '--no-ask-password', ...args]
    const result = await runCommand({
      argv,
      timeoutMs: limitMs,
      ...(user && {env: userBus()}),
    })
    const problem = callProblem(argv, timeoutMs, {...result, stderr: withoutAdvice(result.stderr)})
    return {result, problem: user && problem !== undefined ? withLingerHint(problem) : problem}
  }
  const isUp = async () => {
    const {result, problem} = await call(['show', `--property=${properties.join(',')}`, '--', unit])
    return problem === undefined ? readState(unit, result.stdout) : ({state: 'unknown', detail: problem} as const)
  }
  const restart = async (): Promise<RestartAnswer> => {
    // At its start limit (StartLimitBurst=), systemd would stop a unit that runs and refuse to start it again.
    const cleared = await call(['reset-failed', '--', unit])
    if (cleared.problem !== undefined && cleared.result.timedOut) return {ok: false, reason: cleared.problem}
    const {result, problem} = await call(['restart', '--', unit], Math.max(1, timeoutMs - cleared.result.durationMs))
    if (problem === undefined) return {ok: true, detail: `systemctl restarted ${unit}`}
    // systemctl reports the first start that fails, also when Restart= tries again.
    const isTriedAgain = !result.timedOut && (await isUp()).state === 'starting'
    return isTriedAgain ? {ok: true, detail: problem} : failedRestart(problem, result)
  }
  return {restart, isUp}
}

/** The lines in which systemctl refers to its logs would take the place of the reason. */
function withoutAdvice(stderr: string): string {
  return stderr.replaceAll(/^(See |To force a start |followed by ).*\n?/gm, '')
}

function withLingerHint(problem: string): string {
  const isAbsent = /Failed to connect to bus/.test(problem)
  return isAbsent ? `no systemd of this user runs; loginctl enable-linger starts it at boot: ${problem}` : problem
}

/** cron does not set XDG_RUNTIME_DIR, which `systemctl --user` needs to find its manager. */
function userBus(): Readonly<Record<string, string>> {
  const uid = process.getuid?.()
  return process.env['XDG_RUNTIME_DIR'] !== undefined || uid === undefined ? {} : {XDG_RUNTIME_DIR: `/run/user/${uid}`}
}

function readState(unit: string, stdout: string): ServiceState {
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(stdout)?.[1] ?? ''
  const load = value('LoadState')
  if (load !== 'loaded')
    return {state: load === '' ? 'unknown' : 'failed', detail: `unit ${unit} is ${load || 'not reported by systemctl'}`}
  const [active, result] = [value('ActiveState'), value('Result')]
  const why = result === '' || result === 'success' ? '' : `, result ${result}`
  const detail = `${unit} is ${active} (${value('SubState')})${why}`
  if (active === 'inactive') return stateOfInactive(detail, value)
  const incarnation = value('InvocationID') || value('MainPID')
  return {
    state: meanings[active] ?? 'unknown',
    detail,
    ...(incarnation !== '' && incarnation !== '0' && {incarnation}),
  }
}

/** The time of a condition is 0 until it is checked; before that its result is `no`. */
function stateOfInactive(detail: string, value: (name: string) => string): ServiceState {
  if (value('ConditionResult') === 'no' && value('ConditionTimestampMonotonic') !== '0')
    return {state: 'down', detail: `${detail}, a condition of the unit is not met`}
  if (value('Type') !== 'oneshot') return {state: 'down', detail}
  return {state: 'uncheckable', detail: `${detail}, as a oneshot unit is when it has ended`}
}
