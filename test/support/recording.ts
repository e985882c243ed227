import type {RunCommand} from '../../src/system/process/run-command.js'

/** What a manager's command line really answered. */
export interface Recording {
  /** Version, machine and way of recording. */
  readonly source: string
  readonly answers: readonly RecordedAnswer[]
}

interface RecordedAnswer {
  /** The arguments, or the first of them: the longest that fits is the answer. */
  readonly args: readonly string[]
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Answers as the recorded command line did. An argument list that nobody recorded is a mistake in the test. */
export function replay({answers}: Recording): RunCommand {
  return async ({argv: [program, ...args]}) => {
    const fitting = answers.filter((answer) => answer.args.every((arg, index) => arg === args[index]))
    const answer = fitting.sort((a, b) => b.args.length - a.args.length)[0]
    if (!answer) throw new Error(`not recorded: ${program} ${args.join(' ')}`)
    const {exitCode, stdout, stderr} = answer
    return {exitCode, stdout, stderr, signal: undefined, timedOut: false, spawnError: undefined, durationMs: 1}
  }
}
