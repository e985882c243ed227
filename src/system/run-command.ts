/** A command line to run to its end and listen to, as recovery steps and adapters do. */
export interface Command {
  /** Program and arguments; there is no shell. */
  readonly argv: readonly [string, ...string[]]
  readonly timeoutMs: number
  readonly cwd?: string
  /** Added to guard's own environment. */
  readonly env?: Readonly<Record<string, string>>
}

export interface CommandResult {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly timedOut: boolean
  /** `ENOENT`, `EACCES`, … when the program could not be started. */
  readonly spawnError: string | undefined
  /** At most `outputLimit` bytes of each stream; the rest is read and dropped. */
  readonly stdout: string
  readonly stderr: string
  readonly durationMs: number
}

/** Runs a command without a terminal and reports how it ended; a failing command is a result, never an exception. */
export type RunCommand = (command: Command) => Promise<CommandResult>

const outputLimit = 1024 * 1024
const killAfterMs = 2000

export const runCommand: RunCommand = async ({argv: [file, ...args], timeoutMs, cwd, env}) => {
  const {execa} = await import('execa')
  const startedAt = performance.now()
  // Its own process group, so that a time limit ends its children as well.
  const child = execa(file, args, {
    reject: false,
    stdin: 'ignore',
    detached: true,
    cleanup: false,
    maxBuffer: outputLimit,
    stripFinalNewline: false,
    ...(cwd !== undefined && {cwd}),
    ...(env && {env}),
  })
  let timedOut = false
  const kill = (signal: NodeJS.Signals) => {
    try {
      if (child.pid) process.kill(-child.pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
  const term = setTimeout(() => {
    timedOut = true
    kill('SIGTERM')
  }, timeoutMs)
  const hardKill = setTimeout(() => kill('SIGKILL'), timeoutMs + killAfterMs)
  const result = await child
  clearTimeout(term)
  clearTimeout(hardKill)
  return {
    exitCode: result.exitCode,
    signal: result.signal,
    timedOut,
    spawnError: result.exitCode === undefined && result.signal === undefined ? (result.code ?? 'unknown') : undefined,
    stdout: result.stdout,
    stderr: result.stderr,
    durationMs: Math.round(performance.now() - startedAt),
  }
}
