import type {Ended, Sandbox} from './sandbox.js'

/** Runs a line of shell in a terminal of 80 columns and 24 rows. What it writes is in `stdout`, with plain newlines. */
export async function inTerminal(
  box: Sandbox,
  line: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const ended = await box.sh('exec script -qec "stty cols 80 rows 24; $TYPED" /dev/null </dev/null', {
    env: {TERM: 'xterm-256color', SHELL: '/bin/sh', COLUMNS: '', TYPED: line, ...env},
  })
  return {...ended, stdout: ended.stdout.replaceAll('\r\n', '\n')}
}

/** The lines that a line of shell prints there, without colours and empty lines at the end. */
export async function linesInTerminal(box: Sandbox, line: string): Promise<readonly string[]> {
  const {stdout} = await inTerminal(box, line, {NO_COLOR: '1'})
  return stdout.trimEnd().split('\n')
}
