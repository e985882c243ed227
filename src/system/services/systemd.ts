import type {Argv} from '../../domain/settings/job.js'
import type {ServiceSettings} from '../../domain/settings/service.js'
import type {RunCommand} from '../process/run-command.js'
import {callProblem, type Service, type ServiceState} from './service.js'

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

const properties = ['LoadState', 'ActiveState', 'SubState', 'Result', 'InvocationID', 'MainPID']

/** A unit of the system or of the user, through `systemctl` (230 and later). */
export function systemdService(settings: Settings, runCommand: RunCommand): Service {
  const {unit, user, timeoutMs} = settings
  const call = async (...args: string[]) => {
    const argv: Argv = [...settings.command, ...(user ? ['--user'] : []), '--no-ask-password', ...args]
    const result = await runCommand({
      argv,
      timeoutMs,
      ...(user && {env: userBus()}),
    })
    return {result, problem: callProblem(argv, timeoutMs, result)}
  }
  return {
    restart: async () => {
      const {problem} = await call('restart', '--', unit)
      return problem === undefined ? {ok: true, detail: `systemctl restarted ${unit}`} : {ok: false, reason: problem}
    },
    isUp: async () => {
      const {result, problem} = await call('show', `--property=${properties.join(',')}`, '--', unit)
      return problem === undefined ? readState(unit, result.stdout) : {state: 'unknown', detail: problem}
    },
  }
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
  const incarnation = value('InvocationID') || value('MainPID')
  return {
    state: meanings[active] ?? 'unknown',
    detail: `${unit} is ${active} (${value('SubState')})${why}`,
    ...(incarnation !== '' && incarnation !== '0' && {incarnation}),
  }
}
