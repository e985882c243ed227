import type {Leases} from '../../src/domain/lease/lease.js'
import type {RunsByJob} from '../../src/domain/run/job-runs.js'
import type {Random} from '../support/random.js'
import {isFixed, type SimulatedJob} from './fleet.js'
import type {LiveJournal} from './live-journal.js'
import {hour, type Machine, minute} from './machine.js'

export interface World {
  readonly random: Random
  readonly machine: Machine
  readonly leases: LiveJournal<Leases>
  readonly runs: LiveJournal<RunsByJob>
}

interface Running {
  readonly run: string
  readonly claim: string
  readonly token: number
  readonly startedAt: number
  readonly endsAt: number
  renewedAt: number
}

/** One job of the fleet as it really lives. All times are time awake, ms. */
export class JobLife {
  readonly job: SimulatedJob
  /** When it last did its work to the end, output included. */
  provedAt = Number.NEGATIVE_INFINITY
  /** When a reset mended its outage. */
  mendedAt: number | undefined
  /** Wall clock of its output, as a file has it, and whether its content breaks its rule. */
  outputAt: number | undefined
  isSpoiled = false
  /** What a person would say: when the last run ended badly, if none has ended well since. */
  badSince: number | undefined
  readonly #world: World
  #running: Running | undefined
  #nextStart: number
  #lastSlot: number
  #hasCrashed = false
  #ends = 0

  constructor(job: SimulatedJob, world: World) {
    this.job = job
    this.#world = world
    this.#nextStart = world.random.between(0, job.periodMs)
    this.#lastSlot = this.#slot()
  }

  /** Whether something real is wrong with it now. */
  isOut(): boolean {
    const {outage} = this.job
    const {awakeMs} = this.#world.machine
    return outage !== undefined && awakeMs >= outage.from && awakeMs < this.outageEnd()
  }

  outageEnd(): number {
    return Math.min(this.mendedAt ?? Number.POSITIVE_INFINITY, this.job.outage?.to ?? 0)
  }

  mend(): void {
    this.mendedAt = this.#world.machine.awakeMs
    this.#nextStart = this.mendedAt + minute
  }

  /** Lives through the last minute. */
  live(): void {
    if (this.#running) this.#goOn(this.#running)
    if (this.#isDue()) this.#start()
  }

  /** cron runs nothing twice when the clock is set back a little; what it does with skipped slots differs. */
  afterDisturbance({isReboot}: {readonly isReboot: boolean}): void {
    const slot = this.#slot()
    // cron goes by the new time at once for wildcards, and for others if the clock was set back far.
    const isFarBack = !isFixed(this.job.periodMs) || (this.#lastSlot - slot) * this.job.periodMs >= 3 * hour
    const isCaughtUp = this.#world.random.chance(0.3)
    if (isReboot) this.#running = undefined
    if (isReboot || (isFarBack && slot < this.#lastSlot)) this.#lastSlot = slot
    else if (!isCaughtUp) this.#lastSlot = Math.max(slot, this.#lastSlot)
  }

  #slot(): number {
    return Math.floor(this.#world.machine.wall / this.job.periodMs)
  }

  #isDue(): boolean {
    const {awakeMs} = this.#world.machine
    if (this.job.way !== 'cron') {
      if (awakeMs < this.#nextStart) return false
      this.#nextStart = awakeMs + this.job.periodMs
      return true
    }
    const slot = this.#slot()
    if (slot <= this.#lastSlot) return false
    this.#lastSlot = slot
    return true
  }

  #start(): void {
    const {random, machine, runs} = this.#world
    const {job} = this
    const kind = this.isOut() ? job.outage?.kind : undefined
    if (kind === 'dead' || kind === 'stuck' || (kind === 'crash' && this.#hasCrashed)) return
    const run = `run-${random.next()}`
    const name = job.watched.name
    if (this.#running) {
      runs.append({kind: 'skipped', job: name, run, reason: 'the lease is held'}, 'buffered')
      return
    }
    if (job.way === 'files') this.#finish()
    else this.#claim(run, kind === 'endless' ? this.outageEnd() : machine.awakeMs + this.#drawLength())
  }

  #claim(run: string, endsAt: number): void {
    const {machine, leases, runs} = this.#world
    const {watched, way, ttlMs} = this.job
    const claim = {kind: 'claimed', job: watched.name, holder: 'host-1', ttlMs}
    const {record, verdict, state} = leases.append(claim, 'durable')
    // A lease of its own former run that crashed has to expire first.
    if (verdict === 'void') return
    if (way === 'cron') runs.append({kind: 'started', job: watched.name, run}, 'durable')
    const token = state.byJob.get(watched.name)?.token ?? 0
    const {awakeMs: startedAt} = machine
    this.#running = {run, claim: record.id, token, startedAt, endsAt, renewedAt: startedAt}
  }

  /** Most runs are short; some take two periods and are renewed all the while, which no Python job does. */
  #drawLength(): number {
    const {random} = this.#world
    if (this.job.way === 'cron' && random.chance(0.03)) return random.between(minute, 2 * this.job.periodMs)
    return random.between(0, Math.min(4 * minute, this.job.periodMs / 2))
  }

  #goOn(running: Running): void {
    const {awakeMs} = this.#world.machine
    if (this.isOut() && this.job.outage?.kind === 'crash') {
      this.#hasCrashed = true
      this.#running = undefined
      return
    }
    if (awakeMs >= running.endsAt) this.#end(running)
    else this.#renew(running)
  }

  #renew(running: Running): void {
    const {awakeMs} = this.#world.machine
    if (this.job.way !== 'cron' || awakeMs - running.renewedAt < this.job.ttlMs / 3) return
    running.renewedAt = awakeMs
    this.#write('renewed', running)
  }

  #end(running: Running): void {
    const job = this.job.watched.name
    const fails = this.#fails()
    this.#running = undefined
    this.#finish(fails)
    if (this.job.way === 'cron') {
      const outcome = fails ? 'failed' : 'healthy'
      const durationMs = this.#world.machine.awakeMs - running.startedAt
      this.#world.runs.append(
        {kind: 'ended', job, run: running.run, outcome, durationMs, ...this.#cause(fails)},
        'durable',
      )
    }
    this.#write('released', running, fails ? 'error' : 'ok')
  }

  /** Lines of one cause differ in what changes from run to run. */
  #cause(fails: boolean): {readonly class?: string; readonly detail?: string} {
    if (!fails || this.job.outage?.kind !== 'storm') return {}
    const pid = this.#world.random.between(100, 99_999)
    return {class: 'connection', detail: `pid ${pid}: connect to 10.0.0.${pid % 250}:5432 failed: ECONNREFUSED`}
  }

  #fails(): boolean {
    const {kind} = this.job.outage ?? {}
    if (!this.isOut()) return false
    this.#ends += 1
    return kind === 'failing' || kind === 'storm' || (kind === 'flapping' && this.#ends % 2 === 1)
  }

  /** A file may be dated by the time at which the round reads it, which is after the round read its clock. */
  #finish(fails = false): void {
    if (this.isOut() && this.job.outage?.kind === 'mute') return
    const {machine} = this.#world
    this.isSpoiled = this.isOut() && this.job.outage?.kind === 'spoiled'
    if (this.job.hasOutput) this.outputAt = machine.wall
    const isBad = fails || this.isSpoiled
    if (isBad) this.badSince ??= machine.awakeMs
    else this.badSince = undefined
    if (!isBad) this.provedAt = machine.awakeMs
  }

  #write(kind: 'renewed' | 'released', {claim, token}: Running, ended: 'ok' | 'error' = 'ok'): void {
    const status = kind === 'released' && {status: ended}
    this.#world.leases.append({kind, job: this.job.watched.name, claim, token, ...status}, 'buffered')
  }
}
