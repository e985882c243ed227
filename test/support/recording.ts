import type {RunCommand} from '../../src/system/process/run-command.js'

/** Recorded answers of a real command line tool. */
export interface Recording {
  /** Version, machine and method of the recording. */
  readonly source: string
  readonly answers: readonly RecordedAnswer[]
}

interface RecordedAnswer {
  /** The first arguments; the answer with the most matching ones is used. */
  readonly args: readonly string[]
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Replays the recorded answers. Arguments without a recording are a mistake in the test. */
export function replay({answers}: Recording): RunCommand {
  return async ({argv: [program, ...args]}) => {
    const fitting = answers.filter((answer) => answer.args.every((arg, index) => arg === args[index]))
    const answer = fitting.sort((a, b) => b.args.length - a.args.length)[0]
    if (!answer) throw new Error(`not recorded: ${program} ${args.join(' ')}`)
    const {exitCode, stdout, stderr} = answer
    return {exitCode, stdout, stderr, signal: undefined, timedOut: false, spawnError: undefined, durationMs: 1}
  }
}
