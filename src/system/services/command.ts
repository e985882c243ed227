import type {Argv} from '../../domain/settings/job.js'
import type {ServiceSettings} from '../../domain/settings/service.js'
import type {RunCommand} from '../process/run-command.js'
import {callProblem, failedRestart, lastWords, type Service} from './service.js'

type Settings = Extract<ServiceSettings, {manager: 'command'}>

/** A service without a known manager: one command restarts it, another one checks whether it is up. */
export function commandService(settings: Settings, runCommand: RunCommand): Service {
  const {restart, check, cwd, timeoutMs} = settings
  const call = async (argv: Argv) => {
    const result = await runCommand({argv, timeoutMs, ...(cwd !== undefined && {cwd})})
    return {result, problem: callProblem(argv, timeoutMs, result)}
  }
  return {
    restart: async () => {
      const {result, problem} = await call(restart)
      return problem === undefined ? {ok: true, detail: lastWords(result)} : failedRestart(problem, result)
    },
    isUp: async () => {
      if (!check) return {state: 'uncheckable', detail: 'the settings have no check for it'}
      const {result, problem} = await call(check)
      if (problem !== undefined) return {state: 'down', detail: problem}
      return {state: 'up', detail: lastWords(result) || `${check.join(' ')}: exit 0`}
    },
  }
}
