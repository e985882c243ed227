import {jobDefaults} from '../../src/config/defaults.js'
import {breakerFold} from '../../src/domain/breaker/breaker.js'
import {leaseFold} from '../../src/domain/lease/lease.js'
import {allRunsFold} from '../../src/domain/run/job-runs.js'
import type {JobSettings} from '../../src/domain/settings/job.js'
import type {BreakerSettings} from '../../src/domain/settings/settings.js'
import {GuardError} from '../../src/errors.js'
import type {AttemptEvidence} from '../../src/system/output/collect-evidence.js'
import type {JobOutput} from '../../src/system/output/job-output.js'
import type {SupervisedExit} from '../../src/system/process/supervise.js'
import type {RecoveryAlert} from '../../src/usecases/recovery/recovery-steps.js'
import type {AttemptTask} from '../../src/usecases/run/attempt-job.js'
import type {ClaimDeps} from '../../src/usecases/run/claim-run.js'
import {reconcileInterrupted} from '../../src/usecases/run/reconcile-interrupted.js'
import type {RunDeps} from '../../src/usecases/run/run-job.js'
import type {RunRequest} from '../../src/usecases/run/run-request.js'
import {fakeClock} from './fake-clock.js'
import {memoryJournal} from './memory-journal.js'

/** How an attempt of the fake job ends; `fault` keeps it from starting. */
export interface FakeAttempt extends Partial<SupervisedExit> {
  readonly lastsMs?: number
  readonly evidence?: AttemptEvidence
  readonly fault?: GuardError
}

const breakerPolicy: BreakerSettings = {
  ...{failures: 5, windowMs: 60_000, consecutive: 3, recentFailures: 0, recentCalls: 5},
  forgetAfterMs: 604_800_000,
  ...{openForMs: 30_000, factor: 2, maxOpenForMs: 900_000, probeLimitMs: 300_000},
}

/** Everything that `runJob` works with, without a process or a file. The last of `attempts` is repeated. */
export function fakeRun(settings: Partial<JobSettings> = {}, attempts: readonly FakeAttempt[] = [{code: 0}]) {
  const clock = fakeClock()
  const runs = memoryJournal(allRunsFold, clock)
  const leases = memoryJournal(leaseFold, clock)
  const breakers = memoryJournal(breakerFold, clock)
  const ending = new AbortController()
  const seen = {
    warnings: [] as string[],
    log: [] as string[],
    /** What was done, in order. */
    done: [] as string[],
    tasks: [] as AttemptTask[],
    alerts: [] as RecoveryAlert[],
    exitCode: undefined as number | undefined,
    renewals: 0,
  }
  const attemptOf = (number: number) => attempts[Math.min(number, attempts.length) - 1]!
  const readClock = () => ({at: clock.now(), mono: clock.mono(), host: 'host-1', boot: 'boot-1'})
  const claimDeps: ClaimDeps = {
    clock,
    leases,
    here: {host: 'host-1', boot: 'boot-1'},
    self: {pid: 10, start: '100'},
    identify: (pid) => ({pid, start: '200'}),
    lostToken: () => undefined,
    livingProcessOf: async () => 'guard',
    cancelRun: async () => [],
    isInside: async () => false,
    sawLeases: () => undefined,
    warn: (text, hints = []) => seen.warnings.push([text, ...hints].join('\n  - ')),
  }
  const input: {taken: string | undefined} = {taken: undefined}
  const deps: RunDeps = {
    clock,
    random: () => 0.5,
    showWait: (_what, wait) => wait(),
    runs,
    openClaim: () => claimDeps,
    openBreakers: async () => ({
      ...{breakers, now: readClock, isGone: () => false, self: undefined},
      policyOf: () => breakerPolicy,
    }),
    openRecovery: async () => ({
      services: {},
      newestRuns: () => runs.newestFirst(),
      withRestartLease: (_service, _times, work) => work({is: 'free'}),
      mask: (text) => text,
      show: (_shown, work) => work(),
      clearLocks: async () => ({locks: [], cleared: [], unreadable: []}),
      openService: () => {
        throw new GuardError('internal', 'no service in this test')
      },
      exec: async (command) => {
        seen.done.push(command.join(' '))
        return {ok: true, evidence: ''}
      },
      raiseAlert: (alert) => void seen.alerts.push(alert),
      writeAlertFile: (name) => name,
      openRetryOutput: (verification) => fakeOutput(`retry-${verification}`, seen.done),
    }),
    closeInterrupted: (job) =>
      reconcileInterrupted({readClock, leases, runs, livingProcessOf: async () => 'none'}, job),
    tidySpools: async (closed) => void seen.done.push(`tidy spools of ${closed.join(', ')}`),
    openOutput: () => fakeOutput('log', seen.done),
    catchSignals: () => ({
      aborted: ending.signal,
      endAsked: new Promise(() => undefined),
      wasAsked: () => ending.signal.aborted,
      sendTo: () => undefined,
      end: () => ending.abort(),
      terminate: () => {
        seen.done.push('TERM')
        ending.abort()
      },
      release: (exitCode) => {
        seen.exitCode = exitCode
      },
    }),
    inspectInput: async () => ({...input, again: () => ({stdin: 'inherit', close: () => undefined})}),
    startJob: async (task) => {
      seen.tasks.push(task)
      seen.done.push(`attempt ${task.number}`)
      const {fault} = attemptOf(task.number)
      if (fault) throw fault
      return {
        pid: 700 + task.number,
        exited: new Promise(() => undefined),
        signal: () => undefined,
        forget: () => undefined,
      }
    },
    supervise: async (_process, {number}) => {
      const {lastsMs = 0, ...exit} = attemptOf(number)
      clock.advance(lastsMs)
      return {
        code: exit.signal ? undefined : (exit.code ?? 0),
        signal: undefined,
        timedOut: false,
        silent: false,
        ...exit,
      }
    },
    signalNumber: (name) => (name === 'SIGKILL' ? 9 : 15),
    collectEvidence: async ({number}) => attemptOf(number).evidence ?? {},
    every: (_ms, work) => {
      work()
      seen.renewals += 1
      return () => seen.done.push('renewals stopped')
    },
    warn: (text, hints = []) => seen.warnings.push([text, ...hints].join('\n  - ')),
    remark: (text, hints = []) => seen.warnings.push([text, ...hints].join('\n  - ')),
    log: (text) => seen.log.push(text),
  }
  const request: RunRequest = {job: 'backup', runId: 'run-1', settings: {...jobDefaults, ...settings}}
  return {deps, request, input, clock, runs, leases, breakers, seen, ending}
}

function fakeOutput(file: string, done: string[]): JobOutput {
  return {
    openStreams: () => ({stdout: 'inherit', stderr: 'inherit', close: () => undefined}),
    drained: async () => undefined,
    isReadable: () => true,
    range: () => ({file, inode: 1, from: 0, to: 0}),
    lastWriteMs: () => 0,
    beginnings: () => [],
    say: (print) => print(),
    passedOn: async () => undefined,
    hasLostReader: () => false,
    readerGone: () => new Promise(() => undefined),
    lost: async () => undefined,
    abandon: () => undefined,
    follow: (passOn) => void done.push(`${file} followed${passOn ? '' : ' quietly'}`),
    finish: async (passOn) => void done.push(`${file} finished${passOn ? '' : ' quietly'}`),
  }
}
