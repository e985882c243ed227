import type {JobCommand, JobExit, Launched, Stream} from './job-command.js'

/**
 * What `child_process` itself is made of. Loading that, with the sockets and streams that a job of guard's has no use
 * for, is a sixth of what a start costs: 8 ms of CPU and 2 MiB (Node 20, 2 shared cores).
 */
interface ProcessHandle {
  readonly pid: number
  onexit: (code: number, signal: string) => void
  /** 0, or the negative number of what went wrong. */
  spawn(options: object): number
  close(): void
}

interface Internals {
  binding(name: 'process_wrap'): {readonly Process: new () => ProcessHandle}
}

/** The one line of Node whose inner parts change no more: its last release was in April 2026. Node 24 has others. */
const isSettled = process.versions.node.startsWith('20.')

/** With options of its own, Node may warn of this way, or forbid it. */
function isPlainNode(): boolean {
  return process.execArgv.length === 0 && !process.env['NODE_OPTIONS'] && !process.env['NODE_PENDING_DEPRECATION']
}

/** Undefined where the long way has to be taken: on another Node, or to be told why it cannot be started. */
export function launchByHandle(command: JobCommand): Launched | undefined {
  return isSettled && isPlainNode() ? launchOnNode20(command) : undefined
}

export function launchOnNode20({argv, cwd, env, stdout, stderr, interactive}: JobCommand): Launched | undefined {
  const envPairs: string[] = []
  for (const name in env) if (env[name] !== undefined) envPairs.push(`${name}=${env[name]}`)
  // A text with a zero in it would be cut off there.
  if ([...argv, cwd ?? '', ...envPairs].some((text) => text.includes('\0'))) return undefined
  const {Process} = (process as unknown as Internals).binding('process_wrap')
  const handle = new Process()
  let exit: JobExit | undefined
  const exited = new Promise<JobExit>((resolve) => {
    handle.onexit = (code, signal) => {
      exit = signal ? {code: undefined, signal: signal as NodeJS.Signals} : {code, signal: undefined}
      handle.close()
      resolve(exit)
    }
  })
  const stdio = [0, descriptor(stdout, 1), descriptor(stderr, 2)].map((fd) => ({type: 'fd', fd}))
  const own = cwd === undefined ? {} : {cwd}
  if (handle.spawn({file: argv[0], args: [...argv], ...own, detached: !interactive, envPairs, stdio}) !== 0) {
    handle.close()
    return undefined
  }
  return {pid: handle.pid, exited, hasExited: () => exit !== undefined}
}

function descriptor(stream: Stream, own: number): number {
  return stream === 'inherit' ? own : stream
}
