import type {Argv} from '../../domain/settings/job.js'
import type {ServiceSettings} from '../../domain/settings/service.js'
import type {RunCommand} from '../process/run-command.js'
import {callProblem, failedRestart, type Service, type ServiceState} from './service.js'

type Settings = Extract<ServiceSettings, {manager: 'process-compose'}>

/** One process as reported by `process-compose` 1.x, on its command line and over its API alike. */
export interface ComposeProcess {
  readonly name: string
  readonly status: string
  readonly is_running: boolean
  readonly pid: number
  readonly exit_code: number
  readonly has_ready_probe?: boolean
  readonly is_ready?: string
}

const meanings: Readonly<Record<string, ServiceState['state']>> = {
  Running: 'up',
  Launched: 'up',
  Foreground: 'up',
  Pending: 'starting',
  Launching: 'starting',
  Restarting: 'starting',
  Terminating: 'starting',
  Completed: 'down',
  Skipped: 'down',
  Disabled: 'down',
  Scheduled: 'down',
  Watching: 'down',
  Error: 'failed',
}

/** A process of process-compose, through its command line. */
export function processComposeService(settings: Settings, runCommand: RunCommand): Service {
  const {name, command, timeoutMs} = settings
  const call = async (...args: string[]) => {
    const argv: Argv = [...command, 'process', ...args]
    const result = await runCommand({argv, timeoutMs})
    return {result, problem: callProblem(argv, timeoutMs, result)}
  }
  return {
    restart: async () => {
      const {result, problem} = await call('restart', name)
      return problem === undefined ? {ok: true, detail: result.stdout.trim()} : failedRestart(problem, result)
    },
    isUp: async () => {
      // Before 1.100, `process get` reports a state even for an unknown name; the list does not.
      const {result, problem} = await call('list', '--output', 'json')
      return problem === undefined ? stateInList(name, result.stdout) : {state: 'unknown', detail: problem}
    },
  }
}

export function stateOfProcess(process: ComposeProcess): ServiceState {
  const {name, status, pid} = process
  const state = meanings[status] ?? 'unknown'
  const incarnation = pid > 0 ? {incarnation: String(pid)} : {}
  if (state === 'up' && process.has_ready_probe === true && process.is_ready !== 'Ready') {
    return {state: 'starting', detail: `${name} is ${status}, not ready yet`, ...incarnation}
  }
  const exit = state === 'up' || state === 'starting' ? '' : `, exit code ${process.exit_code}`
  return {state, detail: `${name} is ${status}${exit}`, ...incarnation}
}

function stateInList(name: string, stdout: string): ServiceState {
  const processes = parseList(stdout)
  if (!processes) return {state: 'unknown', detail: 'process-compose did not print a list of processes'}
  const process = processes.find((each) => each.name === name)
  return process ? stateOfProcess(process) : {state: 'failed', detail: `process-compose has no process ${name}`}
}

function parseList(stdout: string): readonly ComposeProcess[] | undefined {
  try {
    const list: unknown = JSON.parse(stdout)
    return Array.isArray(list) ? (list as ComposeProcess[]) : undefined
  } catch {
    return undefined
  }
}
