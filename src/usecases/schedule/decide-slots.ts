import type {RunsByJob} from '../../domain/run/job-runs.js'
import {decideSlots, type ScheduledJob, type SlotEntry} from '../../domain/scheduler/decide.js'
import {type PendingSlot, pendingSlot} from '../../domain/scheduler/launch-order.js'
import type {SlotTimes} from '../../domain/scheduler/next-starts.js'
import type {SchedulerState} from '../../domain/scheduler/scheduler.js'
import {type WaitingJobs, waitingJobs} from '../../domain/scheduler/set-back.js'
import type {Journal} from '../../journal/journal.js'
import type {Clock} from '../../system/host/clock.js'

interface DecideDeps {
  readonly clock: Pick<Clock, 'now'>
  readonly host: string
  readonly slots: SlotTimes
  readonly journal: Pick<Journal<SchedulerState>, 'read' | 'append'>
  readonly runs: Pick<Journal<RunsByJob>, 'read'>
  /** Whether a run of this slot has begun, or was refused. */
  readonly isStarted: (job: string, slotMs: number) => boolean
}

type Launch = (slot: PendingSlot) => void

export interface Decider {
  /** From now on these are the jobs. */
  setJobs(jobs: readonly ScheduledJob[]): void
  /** All jobs are looked at again at the next decision, as after a clock was set. */
  forget(): void
  /** The jobs that wait for a clock that was set back. Throws GuardError `io`. @returns undefined if none does */
  waiting(): WaitingJobs | undefined
  /**
   * Decides on the jobs that are due, and records it. Each slot to start is handed over as soon as it is on record, because
   * it is not decided again. Throws GuardError `io`.
   *
   * @returns when the next slot is due, wall clock, ms
   */
  decide(launch: Launch): number | undefined
}

/** Looks at a job only when it is due: to ask for the slots of a thousand jobs takes longer than all else that a round does. */
export function createDecider(deps: DecideDeps): Decider {
  let jobs: readonly ScheduledJob[] = []
  /** The last slot of each job that this process has fired: a state directory that comes back may not know of it. */
  const firedOf = new Map<string, number>()
  /** Wall clock, ms; of a job that is not in it nothing is known. */
  const nextOf = new Map<string, number>()
  const recorder = new SlotRecorder(deps)
  return {
    setJobs: (given) => {
      jobs = given
      nextOf.clear()
    },
    forget: () => nextOf.clear(),
    waiting: () => waitingJobs(deps.journal.read(), jobs, deps.clock.now()),
    decide: (launch) => {
      const fire: Launch = (slot) => {
        firedOf.set(slot.job, slot.slot)
        launch(slot)
      }
      recorder.settle(fire)
      const nowMs = deps.clock.now()
      const due = jobs.filter(({name}) => (nextOf.get(name) ?? 0) <= nowMs)
      const decided = due.length === 0 ? [] : decisionsOf(deps, due, nowMs)
      const records = decided.flatMap((one) => one.records.map((entry) => unlessFired(entry, firedOf)))
      recorder.record(records, due, fire)
      // A clock that was wrong by days has begun anew.
      for (const {kind, job} of records) if (kind === 'adopted') firedOf.delete(job)
      // The next slot of a new schedule is known once its record is read.
      for (const {name, nextAtMs, records} of decided)
        nextOf.set(name, records.some(({kind}) => kind === 'adopted') ? nowMs : nextAtMs)
      return earliest(nextOf.values())
    },
  }
}

interface Decision {
  readonly name: string
  readonly records: readonly SlotEntry[]
  readonly nextAtMs: number
}

function decisionsOf(deps: DecideDeps, jobs: readonly ScheduledJob[], nowMs: number): readonly Decision[] {
  const {host, slots, isStarted} = deps
  const state = deps.journal.read()
  const runs = deps.runs.read()
  const lastStartOf = (job: string) => runs.get(job)?.starts?.at(-1)
  const facts = {nowMs, host, slots, isStarted, lastStartOf}
  return jobs.map((job) => {
    const {records, nextAtMs = Number.POSITIVE_INFINITY} = decideSlots(state, [job], facts)
    return {name: job.name, records, nextAtMs}
  })
}

/** Only what counts is started: of two records of one slot the first one does. */
class SlotRecorder {
  /** Its record failed, and may count all the same: a disk may refuse only to keep what was written. */
  private unsure: PendingSlot | undefined
  private readonly deps: DecideDeps

  constructor(deps: DecideDeps) {
    this.deps = deps
  }

  /** Hands over a slot whose record counts, though it has failed. */
  settle(launch: Launch): void {
    if (!this.unsure) return
    const {job, slot} = this.unsure
    const open = this.deps.journal.read().jobs.get(job)?.open ?? []
    const isOpen = open.some(({slotMs}) => slotMs === slot) && !this.deps.isStarted(job, slot)
    if (isOpen) launch(this.unsure)
    this.unsure = undefined
  }

  /** The last record waits for the disk for all. */
  record(entries: readonly SlotEntry[], jobs: readonly ScheduledJob[], launch: Launch): void {
    const {journal, host} = this.deps
    const byName = new Map(jobs.map((job) => [job.name, job]))
    for (const [index, entry] of entries.entries()) {
      const job = entry.kind === 'fired' ? byName.get(entry.job) : undefined
      const fired = {slotMs: Number(entry['slot']), isCatchUp: entry['catchUp'] === true}
      this.unsure = job && pendingSlot(job, fired, host)
      const {verdict} = journal.append(entry, index === entries.length - 1 ? 'durable' : 'buffered')
      if (this.unsure && verdict === 'ok') launch(this.unsure)
      this.unsure = undefined
    }
  }
}

function unlessFired(entry: SlotEntry, firedOf: ReadonlyMap<string, number>): SlotEntry {
  const {kind, job, slot} = entry
  if (kind !== 'fired' || Number(slot) > (firedOf.get(job) ?? Number.NEGATIVE_INFINITY)) return entry
  return {kind: 'missed', job, slot, reason: 'it was run while the state directory was another one'}
}

function earliest(times: Iterable<number>): number | undefined {
  let first = Number.POSITIVE_INFINITY
  for (const time of times) first = Math.min(first, time)
  return Number.isFinite(first) ? first : undefined
}
