import type {Leases} from '../../src/domain/lease/lease.js'
import type {RunsByJob} from '../../src/domain/run/run.js'
import type {SimulatedJob} from './fleet.js'
import type {LiveJournal} from './live-journal.js'
import {hour, type Machine, minute} from './machine.js'
import type {Random} from './random.js'

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
  /** Wall clock of its output, as a file has it. */
  outputAt: number | undefined
  readonly #world: World
  #running: Running | undefined
  #nextStart: number
  #lastSlot: number
  #hasCrashed = false

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
    const isFarBack = (this.#lastSlot - slot) * this.job.periodMs >= 3 * hour
    const isCaughtUp = this.#world.random.chance(0.3)
    if (isReboot) this.#running = undefined
    if (isReboot || isFarBack || !isCaughtUp)
      this.#lastSlot = isReboot || isFarBack ? slot : Math.max(slot, this.#lastSlot)
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
    else this.#claim(run, machine.awakeMs + this.#drawLength())
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
    this.#running = {run, claim: record.id, token, endsAt, renewedAt: machine.awakeMs}
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
    this.#running = undefined
    this.#finish()
    if (this.job.way === 'cron') {
      this.#world.runs.append({kind: 'ended', job, run: running.run, outcome: 'healthy', durationMs: 0}, 'durable')
    }
    this.#write('released', running)
  }

  #finish(): void {
    if (this.isOut() && this.job.outage?.kind === 'mute') return
    const {machine} = this.#world
    if (this.job.hasOutput) this.outputAt = machine.wall
    this.provedAt = machine.awakeMs
  }

  #write(kind: 'renewed' | 'released', {claim, token}: Running): void {
    const status = kind === 'released' && {status: 'ok'}
    this.#world.leases.append({kind, job: this.job.watched.name, claim, token, ...status}, 'buffered')
  }
}
