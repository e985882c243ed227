import type {Argv} from '../../domain/settings/job.js'
import type {ServiceSettings} from '../../domain/settings/service.js'
import type {RunCommand} from '../process/run-command.js'
import {callProblem, failedRestart, type Service, type ServiceState} from './service.js'

type Settings = Extract<ServiceSettings, {manager: 'supervisor'}>

const meanings: Readonly<Record<string, ServiceState['state']>> = {
  RUNNING: 'up',
  STARTING: 'starting',
  // The start failed, and supervisord tries again.
  BACKOFF: 'starting',
  STOPPING: 'starting',
  STOPPED: 'down',
  EXITED: 'down',
  FATAL: 'failed',
}

/** Worst first: the state of a group is that of its worst program. */
const ranks: readonly ServiceState['state'][] = ['failed', 'down', 'unknown', 'starting', 'up']

/** A program or group of supervisord, through `supervisorctl` (3 and 4). */
export function supervisorService(settings: Settings, runCommand: RunCommand): Service {
  const {command, config, program, timeoutMs} = settings
  const call = async (verb: string) => {
    const argv: Argv = [...command, ...(config === undefined ? [] : ['-c', config]), verb, program]
    const result = await runCommand({argv, timeoutMs})
    return {argv, result}
  }
  return {
    restart: async () => {
      const {argv, result} = await call('restart')
      // For a program that was not running, this error comes before the start and does not matter.
      const stdout = result.stdout.replaceAll(/^.*ERROR \(not running\)\n/gm, '')
      const problem = callProblem(argv, timeoutMs, {...result, stdout})
      if (problem !== undefined) return failedRestart(problem, result)
      return /ERROR/.test(stdout) ? {ok: false, reason: stdout.trim()} : {ok: true, detail: stdout.trim()}
    },
    isUp: async () => {
      const {argv, result} = await call('status')
      const states = readStates(result.stdout)
      if (states.length > 0) return worst(states)
      // The exit code of `status` is ambiguous (BACKOFF is 0, STOPPED is 3), so it counts only without a state.
      const detail = callProblem(argv, timeoutMs, result) ?? 'supervisorctl reported no state'
      return {state: /no such (process|group)/.test(detail) ? 'failed' : 'unknown', detail}
    },
  }
}

/** Lines such as `web:scanner   RUNNING   pid 4711, uptime 0:01:02`. */
function readStates(stdout: string): ServiceState[] {
  return [...stdout.matchAll(/^(\S+)\s+([A-Z]+)\b[ \t]*(.*)$/gm)].flatMap(([, name, word = '', rest = '']) => {
    const state = meanings[word]
    if (!state) return []
    const pid = /^pid (\d+)/.exec(rest)?.[1]
    return {state, detail: `${name} is ${word} ${rest}`.trim(), ...(pid !== undefined && {incarnation: pid})}
  })
}

function worst(states: readonly ServiceState[]): ServiceState {
  const [first] = [...states].sort((a, b) => ranks.indexOf(a.state) - ranks.indexOf(b.state))
  const incarnations = states.map(({incarnation}) => incarnation ?? '').join(' ')
  return {...first!, ...(incarnations.trim() !== '' && {incarnation: incarnations})}
}
