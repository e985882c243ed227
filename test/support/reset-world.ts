import {incidentFold} from '../../src/domain/incident/incident.js'
import type {RawRecord} from '../../src/domain/journal/record.js'
import {leaseFold} from '../../src/domain/lease/lease.js'
import type {OpenClawJob} from '../../src/domain/openclaw/job.js'
import {resetFold} from '../../src/domain/openclaw/reset-ledger.js'
import {resetRequestEntry, resetRequestFold} from '../../src/domain/openclaw/reset-request.js'
import {runsFold} from '../../src/domain/run/job-runs.js'
import type {ObservedOutput} from '../../src/domain/watchdog/build-job-facts.js'
import {answerResets} from '../../src/usecases/reset/answer-resets.js'
import type {ResetAttempt} from '../../src/usecases/reset/reset-attempt.js'
import {type ResetDeps, usualPace} from '../../src/usecases/reset/reset-deps.js'
import {fakeClock} from './fake-clock.js'
import {fakeOpenClaw, jobId} from './fake-openclaw.js'
import {memoryJournal} from './memory-journal.js'

const outputs = {files: ['*.json'], minSizeBytes: 0, contains: [], lacks: []}

/** A wedged job, its journals, and reset daemons that can be killed at any call. */
export function resetWorld(change: Partial<OpenClawJob> = {}) {
  const clock = fakeClock()
  const openclaw = fakeOpenClaw(clock, change)
  const requests = memoryJournal(resetRequestFold, clock)
  const results = memoryJournal(resetFold, clock)
  const leases = memoryJournal(leaseFold, clock)
  const runs = memoryJournal(runsFold, clock)
  const incidents = memoryJournal(incidentFold, clock)
  const seen = {outputs: [] as ObservedOutput[]}
  const dead = new Set<number>()
  const stop = new AbortController()
  let pids = 100

  /** One daemon with its own process. `crashAt` kills it at that call of a port. */
  const daemon = (crashAt?: number): ResetDeps & {readonly pid: number; readonly hasCrashed: () => boolean} => {
    pids += 1
    const pid = pids
    let count = 0
    const port = <P extends object>(target: P): P => {
      return new Proxy(target, {
        get: (_target, name) => {
          const value: unknown = Reflect.get(target, name)
          if (typeof value !== 'function') return value
          return (...args: readonly unknown[]) => {
            count += 1
            if (crashAt !== undefined && count >= crashAt) {
              dead.add(pid)
              throw new Error('killed')
            }
            return Reflect.apply(value, target, args)
          }
        },
      })
    }
    return {
      pid,
      hasCrashed: () => dead.has(pid),
      clock: port(clock),
      requests: port(requests),
      results: port(results),
      openclaw: port(openclaw),
      leases,
      isLeaseDead: async () => false,
      runs,
      incidents,
      readOutputs: async () => seen.outputs,
      jobOf: (id) => (id === jobId ? {name: 'coingecko', outputs: [outputs]} : undefined),
      self: {pid, start: `${pid}`},
      here: {host: 'host-1', boot: 'boot-1'},
      processState: (ref) => (dead.has(ref.pid) ? 'gone' : 'alive'),
      stop: stop.signal,
      policy: {allowed: new Set([jobId]), expireAfterMs: 3_600_000, minIntervalMs: 600_000, maxTries: 3},
      pace: usualPace,
    }
  }

  const ask = (id: string, more: {runningAtMs?: number | undefined; jobId?: string; incident?: string} = {}) => {
    requests.append(
      resetRequestEntry({
        id,
        job: 'coingecko',
        jobId,
        jobName: 'CoinGecko Scanner',
        reason: 'marked as running for 7200 s',
        attempts: 1,
        runningAtMs: openclaw.job?.runningAtMs,
        requestedAtMs: clock.now(),
        ...more,
      }),
      'durable',
    )
  }

  /** An attempt at the request by a daemon of its own, which has claimed it, also if another one had before. */
  const attempt = (id: string): ResetAttempt => {
    const deps = daemon()
    const request = requests.read().byId.get(id)
    const over = results.read().open.get(id)?.claim?.id
    const line = {request_id: id, job_id: request?.jobId, process: deps.self, ...(over !== undefined && {over})}
    results.append({kind: 'claimed', ...line}, 'durable')
    const open = results.read().open.get(id)
    if (!request || !open?.claim) throw new Error(`${id} is not claimed`)
    return {deps, request, claim: open.claim, open, steps: []}
  }

  return {
    clock,
    openclaw,
    requests,
    results,
    leases,
    runs,
    incidents,
    seen,
    stop,
    daemon,
    attempt,
    ask,
    jobNow: () => openclaw.job,
    /** A line that another program appended. */
    foreignLine: (line: RawRecord) => requests.lines.push(line),
    round: () => answerResets(daemon()),
    kinds: () => results.lines.map(({kind, step, outcome}) => [kind, step, outcome].filter(Boolean).join(' ')),
  }
}
