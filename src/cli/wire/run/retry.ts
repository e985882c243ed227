import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {searchFailures} from '../../../domain/failure/failure-class.js'
import {attemptLimitMs} from '../../../domain/retry/attempt-limit.js'
import {classOfAttempt} from '../../../domain/retry/retry.js'
import {judgeRun} from '../../../domain/run/outcome.js'
import {exitCodeOf} from '../../../domain/run/report.js'
import {survivorText} from '../../../domain/run/stop-report.js'
import type {Argv} from '../../../domain/settings/job.js'
import {signalNumber} from '../../../system/host/host.js'
import {newId} from '../../../system/host/ids.js'
import {type JobOutput, openJobOutput} from '../../../system/output/job-output.js'
import {searchFile} from '../../../system/output/search-output.js'
import {catchSignals} from '../../../system/process/catch-signals.js'
import {identifyProcess} from '../../../system/process/identity.js'
import {inspectInput, type JobInput} from '../../../system/process/input.js'
import {type JobProcess, startJob} from '../../../system/process/job-process.js'
import {supervise} from '../../../system/process/supervise.js'
import type {CommandAttempt} from '../../../usecases/breaker/retry-command.js'
import type {AttemptStart} from '../../../usecases/recovery/retry.js'
import {printWarning} from '../../output/stderr.js'

interface CommandToRetry {
  readonly argv: Argv
  readonly timeoutMs: number | undefined
  readonly killAfterMs: number
  /** The command's output goes to standard error, so that standard output is the report alone. */
  readonly json: boolean
  /** Hides secrets of the settings in what is told of the output. */
  readonly mask: (text: string) => string
}

interface CommandWithInput extends CommandToRetry {
  readonly input: JobInput
}

/** Wires `retryCommand` for one command. */
export function openRetry(command: CommandToRetry) {
  const cancel = new AbortController()
  const input = inspectInput()
  return {
    inputTaken: input.taken,
    perform: (start: AttemptStart) => performAttempt({...command, input}, () => cancel.abort(), start),
    // Between attempts signals are not caught, so that one ends guard at once.
    signal: cancel.signal,
    self: identifyProcess(process.pid),
  }
}

/** Runs the command once, in a process group of its own; what it prints is passed on as it comes and searched afterwards. */
async function performAttempt(
  command: CommandWithInput,
  onCancel: () => void,
  start: AttemptStart,
): Promise<CommandAttempt> {
  const dir = mkdtempSync(join(tmpdir(), 'guard-retry-'))
  const logFile = join(dir, 'output')
  const targets = command.json ? ([2, 2] as const) : ([1, 2] as const)
  const signals = catchSignals(false)
  try {
    const output = openJobOutput({
      logFile,
      header: undefined,
      spool: join(dir, 'spool'),
      targets,
      isShared: false,
      warn: printWarning,
    })
    return await runOnce(command, start, {
      output,
      logFile,
      sendTo: (job) => signals.sendTo(cancelling(job, onCancel)),
      endAsked: signals.endAsked,
      onCancel,
    })
  } finally {
    signals.release()
    rmSync(dir, {recursive: true, force: true})
  }
}

interface AttemptIo {
  readonly output: JobOutput
  readonly logFile: string
  /** Hands guard's signals to the command from now on. */
  readonly sendTo: (job: JobProcess) => void
  readonly endAsked: Promise<NodeJS.Signals>
  /** No further attempt is made. */
  readonly onCancel: () => void
}

async function runOnce(command: CommandWithInput, start: AttemptStart, io: AttemptIo): Promise<CommandAttempt> {
  const runId = newId()
  const streams = io.output.openStreams()
  const input = start.attempt > 1 ? command.input.again() : undefined
  const job = await startJob({
    argv: command.argv,
    env: {...process.env, GUARD_RUN_ID: runId, GUARD_ATTEMPT: `${start.attempt}`},
    stdin: input?.stdin ?? 'inherit',
    stdout: streams.stdout,
    stderr: streams.stderr,
    interactive: false,
  }).finally(() => {
    streams.close()
    input?.close()
  })
  io.sendTo(job)
  io.output.follow(true)
  const limits = {
    timeoutMs: attemptLimitMs(command.timeoutMs, start),
    silenceMs: undefined,
    killAfterMs: command.killAfterMs,
    lastWriteMs: io.output.lastWriteMs,
    readerGone: io.output.readerGone(),
    endAsked: io.endAsked,
  }
  const exit = await supervise(job, limits, async (ended, killAfterMs, sent) =>
    (await import('../../../system/process/stop-process-group.js')).stopProcessGroup(ended, {
      ...{runId, cgroup: undefined, killAfterMs, sent},
    }),
  )
  await io.output.drained()
  const survivors = exit.stopped?.survivors ?? []
  if (survivors.length > 0) printWarning(survivorText(survivors))
  if (exit.readerGone || survivors.length > 0) io.onCancel()
  const {outcome} = judgeRun({
    exit: {...exit, spawnError: undefined},
    exitMap: {},
    result: undefined,
    crashed: undefined,
  })
  const found = outcome === 'healthy' ? undefined : classify(io)
  await io.output.finish(true)
  if (io.output.hasLostReader()) io.onCancel()
  const number = exit.signal && signalNumber(exit.signal)
  return {
    outcome,
    class: classOfAttempt(outcome, undefined, found?.failure?.class),
    exitCode: exitCodeOf({code: exit.code, signalNumber: number, limited: exit.timedOut, readerGone: exit.readerGone}),
    ...(found?.failure && {evidence: command.mask(found.failure.evidence)}),
    ...(found?.retryAfter && {retryAfter: found.retryAfter}),
  }
}

function classify({output, logFile}: AttemptIo) {
  const search = searchFailures()
  const {from, to} = output.range()
  searchFile(logFile, {from, ...(to !== undefined && {to})}, search)
  return search.end()
}

/** Signals that are meant to end guard: they reach the command, and no further attempt is made. */
const ending: readonly string[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']

function cancelling(job: JobProcess, onCancel: () => void): JobProcess {
  return {
    ...job,
    signal: (signal) => {
      if (ending.includes(signal)) onCancel()
      job.signal(signal)
    },
  }
}
