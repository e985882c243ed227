import type {Argv} from '../../domain/settings/job.js'
import type {RunCommand} from '../process/run-command.js'
import {callProblem, lastWords} from './service.js'

export interface ExecResult {
  readonly ok: boolean
  /** What was seen, or why it failed. */
  readonly evidence: string
  /** The program could not be started, or the manager of a service not be reached, so nothing has changed. */
  readonly notStarted?: true
}

/** Runs the command of a recovery step, and returns its result in one line. */
export function execIn(cwd: string, runCommand: RunCommand) {
  return async (argv: Argv, timeoutMs: number): Promise<ExecResult> => {
    const result = await runCommand({argv, timeoutMs, cwd})
    const problem = callProblem(argv, timeoutMs, result)
    if (problem === undefined) return {ok: true, evidence: lastWords(result)}
    return {ok: false, evidence: problem, ...(result.spawnError !== undefined && {notStarted: true})}
  }
}
