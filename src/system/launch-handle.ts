import type {JobCommand, JobExit, Launched, Stream} from './process/job-command.js'

/**
 * What `child_process` itself is made of. Loading that, with the sockets and streams that a job of guard's has no use
 * for, is a sixth of what a start costs: 8 ms of CPU and 2 MiB (Node 20, 2 shared cores).
 */
interface ProcessHandle {
  readonly pid: number
  onexit: (code: number, signal: string) => void
  /** 0, or the negative number of what went wrong. A call that is not as this Node has it ends the whole program. */
  spawn(...call: readonly unknown[]): number
  close(): void
}

interface Internals {
  binding(name: 'process_wrap'): {
    readonly Process: new () => ProcessHandle
    readonly constants?: {readonly kProcessFlagDetached: number}
  }
  /** The sources of Node's own modules. */
  binding(name: 'natives'): Readonly<Record<string, string>>
}

/** How a handle is told what to start: in one object, or by position. */
export type SpawnForm = 'object' | 'list'

const objectCall = 'this._handle.spawn(options);'
const listCall = `this._handle.spawn(
    options.file,
    options.args,
    options.cwd,
    options.envPairs,
    options.stdio,
    spawnFlags,
    options.uid,
    options.gid,
  );`

/**
 * As this Node's own `child_process` does it, to the letter; undefined when that is no way known here. The one line of
 * Node whose inner parts change no more need not be asked: the last release of 20 was in April 2026.
 */
export function spawnForm(): SpawnForm | undefined {
  if (process.versions.node.startsWith('20.')) return 'object'
  const text = internals().binding('natives')['internal/child_process'] ?? ''
  if (text.includes(objectCall)) return 'object'
  const hasFlags = typeof internals().binding('process_wrap').constants?.kProcessFlagDetached === 'number'
  return hasFlags && text.includes(listCall) ? 'list' : undefined
}

/** With options of its own, Node may warn of this way, or forbid it. */
function isPlainNode(): boolean {
  return process.execArgv.length === 0 && !process.env['NODE_OPTIONS'] && !process.env['NODE_PENDING_DEPRECATION']
}

/** Undefined where the long way has to be taken: on another Node, or to be told why it cannot be started. */
export function launchByHandle(command: JobCommand): Launched | undefined {
  const form = isPlainNode() ? knownForm() : undefined
  return form && launchHandle(command, form)
}

/** A Node that hides its inner parts has none that could be used. */
function knownForm(): SpawnForm | undefined {
  try {
    return spawnForm()
  } catch {
    return undefined
  }
}

export function launchHandle(command: JobCommand, form: SpawnForm): Launched | undefined {
  const {argv, cwd, env, stdout, stderr, interactive} = command
  const envPairs: string[] = []
  for (const name in env) if (env[name] !== undefined) envPairs.push(`${name}=${env[name]}`)
  // A text with a zero in it would be cut off there.
  if ([...argv, cwd ?? '', ...envPairs].some((text) => text.includes('\0'))) return undefined
  const {Process, constants} = internals().binding('process_wrap')
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
  const [file, args, detached] = [argv[0], [...argv], !interactive]
  const own = cwd === undefined ? {} : {cwd}
  const call =
    form === 'object'
      ? [{file, args, ...own, detached, envPairs, stdio}]
      : [file, args, cwd, envPairs, stdio, detached ? constants?.kProcessFlagDetached : 0, undefined, undefined]
  if (handle.spawn(...call) !== 0) {
    handle.close()
    return undefined
  }
  return {pid: handle.pid, exited, hasExited: () => exit !== undefined}
}

function internals(): Internals {
  return process as unknown as Internals
}

function descriptor(stream: Stream, own: number): number {
  return stream === 'inherit' ? own : stream
}
