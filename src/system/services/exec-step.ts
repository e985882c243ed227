import type {Argv} from '../../domain/settings/job.js'
import type {RunCommand} from '../process/run-command.js'
import {callProblem, lastWords} from './service.js'

/** Runs the command of a recovery step, and returns its result in one line. */
export function execIn(cwd: string, runCommand: RunCommand) {
  return async (argv: Argv, timeoutMs: number): Promise<{readonly ok: boolean; readonly evidence: string}> => {
    const result = await runCommand({argv, timeoutMs, cwd})
    const problem = callProblem(argv, timeoutMs, result)
    return problem === undefined ? {ok: true, evidence: lastWords(result)} : {ok: false, evidence: problem}
  }
}
