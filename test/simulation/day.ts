import {alertsFold} from '../../src/domain/alert/alert.js'
import type {IncidentPolicy} from '../../src/domain/incident/decide.js'
import {incidentFold} from '../../src/domain/incident/incident.js'
import type {StampedEntry} from '../../src/domain/journal/record.js'
import {leaseFold} from '../../src/domain/lease/lease.js'
import type {OpenClawJobStatus} from '../../src/domain/openclaw/job-status.js'
import {resetFold} from '../../src/domain/openclaw/reset-ledger.js'
import {resetRequestFold} from '../../src/domain/openclaw/reset-request.js'
import {runsFold} from '../../src/domain/run/job-runs.js'
import type {ObservedOutput} from '../../src/domain/watchdog/build-job-facts.js'
import type {Slots} from '../../src/system/host/slots.js'
import {raiseAlert} from '../../src/usecases/alert/raise-alert.js'
import {type WatchdogRoundDeps, watchdogRound} from '../../src/usecases/watchdog/watchdog-round.js'
import {type Random, seeded} from '../support/random.js'
import {DayDelivery} from './delivery.js'
import {bootGraceMs, drawFleet} from './fleet.js'
import {JobLife} from './job-life.js'
import {Killed, liveJournal} from './live-journal.js'
import {createMachine, drawDisturbance, hour, type Machine, minute} from './machine.js'

export interface DayPlan {
  readonly jobs: number
  readonly lengthMs: number
}

export interface Fault {
  readonly is:
    | 'false alert'
    | 'false incident'
    | 'false all-clear'
    | 'missed outage'
    | 'alert storm'
    | 'false message'
    | 'missing message'
    | 'message storm'
  readonly what: string
}

/** What went wrong, and how much was tried. */
export interface DayReport {
  readonly faults: readonly Fault[]
  readonly events: readonly string[]
  readonly rounds: number
  readonly alerts: number
  readonly messages: number
  readonly outages: number
  readonly mended: number
}

const judge = {settingsFile: '/day/.guardianrc.yaml', lateAfterMs: 15 * minute, isRun: false}

export const policy: IncidentPolicy = {
  escalateAfterFailedResets: 2,
  escalateAfterMs: 15 * minute,
  betweenLateResetsMs: 4 * hour,
  betweenResetsMs: 10 * minute,
  flapping: {incidents: 4, withinMs: 4 * hour},
}

/** OpenClaw that cannot be asked for so long is an incident. */
const unreachableAfterMs = 15 * minute

/** A time during which a program does not work at all. Time awake, ms. */
interface Absence {
  readonly from: number
  readonly to: number
}

interface Disturbed {
  readonly at: number
  readonly isReboot: boolean
  /** How much later a real outage may be seen because of it. */
  readonly costsMs: number
  /** A clock set back shows its times again, and a file does not say which of the two it was written at. */
  readonly ambiguousMs: number
}

/** Lives through one day of a machine, its jobs, OpenClaw, the reset daemon and the watchdog. */
export async function liveThroughDay(seed: number, plan: DayPlan): Promise<DayReport> {
  const day = new Day(seed, plan)
  while (day.machine.awakeMs < plan.lengthMs) await day.minute()
  await day.delivery.end()
  return day.report()
}

class Day {
  readonly machine: Machine
  readonly delivery: DayDelivery
  readonly #random: Random
  readonly #plan: DayPlan
  readonly #lives: readonly JobLife[]
  readonly #byName: ReadonlyMap<string, JobLife>
  readonly #byOutput: ReadonlyMap<string | undefined, JobLife>
  readonly #deps: WatchdogRoundDeps
  readonly #journals
  readonly #watchdogAway: readonly Absence[]
  readonly #daemonAway: readonly Absence[]
  readonly #openclawAway: readonly Absence[]
  readonly #disturbed: Disturbed[] = []
  readonly #alerts: {readonly job: string; readonly at: number; readonly mayRepeat: boolean}[] = []
  #wasKilled = false
  readonly #faults: Fault[] = []
  /** What happened to the machine, for whoever has to explain a fault. */
  readonly #events: string[] = []
  #rounds = 0
  /** What the watchdog wrote and nobody has judged yet. */
  readonly #newAlerts: StampedEntry[] = []
  readonly #newIncidents: StampedEntry[] = []
  readonly #keys = new Set<unknown>()

  constructor(seed: number, plan: DayPlan) {
    this.#random = seeded(seed)
    this.#plan = plan
    this.machine = createMachine(this.#random)
    this.#journals = this.#openJournals()
    const {leases, runs} = this.#journals
    const world = {random: this.#random, machine: this.machine, leases, runs}
    this.#lives = drawFleet(this.#random, plan.jobs, plan.lengthMs).map((job) => new JobLife(job, world))
    this.#byName = new Map(this.#lives.map((life) => [life.job.watched.name, life]))
    this.#byOutput = new Map(this.#lives.map((life) => [life.job.watched.outputs[0]?.files[0], life]))
    this.#watchdogAway = this.#drawAbsences(3 * hour)
    this.#events.push(...this.#watchdogAway.map(({from, to}) => `${clock(from)} to ${clock(to)} no watchdog`))
    this.#daemonAway = this.#drawAbsences(4 * hour)
    this.#openclawAway = this.#drawAbsences(2 * hour)
    this.#deps = this.#createDeps()
    // Its own numbers, so that the rest of the day is the same without it.
    this.delivery = new DayDelivery({
      random: seeded(seed + 1),
      machine: this.machine,
      recoveryWaitMs: policy.escalateAfterMs,
      hasIncident: (job) => this.#hasIncident(job),
    })
  }

  async minute(): Promise<void> {
    this.machine.pass(minute)
    if (this.#random.chance(6 / (24 * 60))) this.#disturb()
    for (const life of this.#lives) life.live()
    if (this.machine.awakeMs % (2 * minute) === 0 && !isAway(this.#daemonAway, this.machine.awakeMs))
      this.#answerResets()
    if (!isAway(this.#watchdogAway, this.machine.awakeMs)) {
      this.#rounds += 1
      await this.#round()
    }
    await this.delivery.minute(this.#newAlerts, this.#disturbed.at(-1)?.at === this.machine.awakeMs)
    this.#judgeAlerts()
    this.#judgeIncidents()
  }

  report(): DayReport {
    for (const life of this.#lives) this.#judgeOutage(life)
    this.#judgeUnreachable()
    return {
      faults: [...this.#faults, ...this.delivery.faults],
      events: this.#events,
      rounds: this.#rounds,
      alerts: this.#alerts.length,
      messages: this.delivery.messages,
      outages: this.#lives.filter(({job}) => job.outage && job.outage.from < this.#plan.lengthMs).length,
      mended: this.#lives.filter(({mendedAt}) => mendedAt !== undefined).length,
    }
  }

  #openJournals() {
    const {stamp} = this.machine
    const mayKill = () => {
      if (this.#random.chance(0.01)) throw new Killed()
    }
    const calm = {stamp, before: () => {}, after: () => {}}
    const deadly = {stamp, before: mayKill, after: mayKill}
    const judged = (unjudged: StampedEntry[]) => ({
      ...deadly,
      after: (record: StampedEntry) => {
        unjudged.push(record)
        mayKill()
      },
    })
    return {
      leases: liveJournal(leaseFold, calm),
      runs: liveJournal(runsFold, calm),
      resets: liveJournal(resetFold, calm),
      incidents: liveJournal(incidentFold, judged(this.#newIncidents)),
      resetRequests: liveJournal(resetRequestFold, deadly),
      alerts: liveJournal(alertsFold, judged(this.#newAlerts)),
    }
  }

  #createDeps(): WatchdogRoundDeps {
    const {alerts, ...journals} = this.#journals
    return {
      ...journals,
      readClock: () => this.machine.now(),
      livingProcessOf: async () => 'unknown',
      isGone: async () => false,
      slots: periodicSlots,
      log: () => {},
      readOutputs: async ([rule]) => [this.#sightOutput(rule?.files[0] ?? '')],
      checkOpenClaw: async () => ({jobs: this.#checkOpenClaw(), unreachable: this.#unreachable()}),
      raiseAlert: (alert) => raiseAlert({alerts, clock: {now: () => this.machine.wall}}, alert),
      writeEscalationFile: () => {},
    }
  }

  async #round(): Promise<void> {
    const jobs = this.#lives.map(({job}) => job.watched)
    this.#wasKilled = false
    try {
      await watchdogRound(this.#deps, {judge, jobs, policy, hasSettings: true, bootGraceMs, unreachableAfterMs})
    } catch (error) {
      if (!(error instanceof Killed)) throw error
      this.#wasKilled = true
    }
  }

  #disturb(): void {
    if (this.#wasDisturbedUnseen()) return
    const disturbance = drawDisturbance(this.#random)
    this.machine.disturb(disturbance)
    const {is, byMs} = disturbance
    this.#events.push(`${clock(this.machine.awakeMs)} ${is} ${byMs / minute} min`)
    for (const life of this.#lives) life.afterDisturbance({isReboot: is === 'reboot'})
    const setBackMs = byMs < 0 && byMs > -3 * hour ? -byMs : 0
    this.#disturbed.push({
      at: this.machine.awakeMs,
      isReboot: is === 'reboot',
      costsMs: bootGraceMs + 2 * minute + setBackMs,
      ambiguousMs: Math.max(0, -byMs),
    })
  }

  /** Two jumps while no watchdog runs may undo each other: then nobody can ever know why cron lost a slot. */
  #wasDisturbedUnseen(): boolean {
    const {awakeMs} = this.machine
    const away = this.#watchdogAway.filter(({from, to}) => awakeMs >= from && awakeMs <= to + minute)
    return this.#disturbed.some(({at}) => away.some(({from}) => at >= from))
  }

  #drawAbsences(longestMs: number): readonly Absence[] {
    return Array.from({length: this.#random.between(0, 2)}, () => {
      const from = this.#random.between(0, this.#plan.lengthMs)
      return {from, to: from + this.#random.between(minute, longestMs)}
    })
  }

  #sightOutput(path: string): ObservedOutput {
    const life = this.#byOutput.get(path)
    const written = life?.outputAt
    if (written === undefined) return {newest: undefined}
    // What is written while the round goes on is newer than the clock that the round has read.
    const modifiedAt = written === this.machine.wall ? written + this.#random.between(0, 900) : written
    return {newest: {path, modifiedAt, size: 10, ...(life?.isSpoiled && {problem: 'lacks "DONE"'})}}
  }

  /** OpenClaw cannot be read at times, and at times takes a job at work for a hung one, or a dead one for a healthy one. */
  #checkOpenClaw(): ReadonlyMap<string, OpenClawJobStatus> {
    const observations = new Map<string, OpenClawJobStatus>()
    for (const life of this.#lives) {
      const id = life.job.watched.openclawId
      if (id !== undefined) observations.set(id, this.#sight(life))
    }
    return observations
  }

  #unreachable(): string | undefined {
    return isAway(this.#openclawAway, this.machine.awakeMs) ? 'its gateway is down' : undefined
  }

  #sight(life: JobLife): OpenClawJobStatus {
    if (this.#unreachable())
      return {state: 'unknown', remedy: 'none', reason: 'its gateway is down', runningAtMs: undefined}
    const truth = life.isOut() ? 'hung' : 'healthy'
    const canLie = life.provedAt > 0
    const state =
      this.#random.chance(0.1) && canLie
        ? this.#random.pick(['hung', 'wedged', 'failing', 'unknown', 'healthy'] as const)
        : truth
    const remedy =
      state === 'hung' ? 'reset' : state === 'wedged' ? 'restart-gateway' : state === 'failing' ? 'person' : 'none'
    return {state, remedy, reason: state, runningAtMs: undefined}
  }

  #answerResets(): void {
    const {resetRequests, resets} = this.#journals
    const {answers} = resets.read()
    for (const request of resetRequests.read().byId.values()) {
      if (answers.has(request.id)) continue
      const line = {job_id: request.jobId, request_id: request.id}
      const {record} = resets.append({kind: 'claimed', ...line}, 'durable')
      const life = this.#byName.get(request.job ?? '')
      const ok = this.#tryReset(life)
      const outcome = ok ? 'reset' : 'failed'
      resets.append({kind: 'result', ...line, claim: record.id, ok, outcome, detail: outcome}, 'durable')
    }
  }

  /** A reset that cannot mend says at times that it has. */
  #tryReset(life: JobLife | undefined): boolean {
    if (!life?.isOut()) return true
    if (!life.job.outage?.mendable) return this.#random.chance(0.3)
    life.mend()
    return true
  }

  /** A round that was killed may not have told yet what it has opened. */
  #hasIncident(job: string): boolean {
    return !this.#wasKilled && this.#journals.incidents.read().open.has(job)
  }

  #judgeAlerts(): void {
    for (const {key, level, job, message} of this.#newAlerts.splice(0)) {
      // A killed round repeats its alert; the repetition is void.
      if (level !== 'CRITICAL' || this.#keys.has(key)) continue
      this.#keys.add(key)
      this.#alerts.push({job: job ?? '', at: this.machine.awakeMs, mayRepeat: this.#wasKilled})
      if (!this.#isJustified(job)) this.#fault('false alert', `${message}`)
    }
  }

  #judgeIncidents(): void {
    for (const {kind, job, reason} of this.#newIncidents.splice(0)) {
      if (kind === 'opened' && !this.#isJustified(job)) this.#fault('false incident', `${job}: ${reason}`)
      if (kind === 'resolved' && (this.#isDead(job) || this.#isFailing(job)))
        this.#fault('false all-clear', `${job}: ${reason}`)
    }
  }

  #isJustified(job: string | undefined): boolean {
    if (job === 'guard-openclaw') return this.#unreachable() !== undefined
    const life = this.#byName.get(job ?? '')
    const from = life?.job.outage?.from
    if (!life || from === undefined || this.machine.awakeMs < from) return false
    return life.isOut() || life.provedAt < life.outageEnd()
  }

  /** Nothing at all has come from it since its outage began. What a clock set back does to its output is not known. */
  #isDead(job: string | undefined): boolean {
    const life = this.#byName.get(job ?? '')
    const {outage, hasOutput} = life?.job ?? {}
    if (!life?.isOut() || !outage || hasOutput) return false
    return (outage.kind === 'dead' || outage.kind === 'stuck') && life.provedAt < outage.from
  }

  /** A person would say that it fails: its last run ended badly, or wrote what breaks its rule. */
  #isFailing(job: string | undefined): boolean {
    return this.#byName.get(job ?? '')?.badSince !== undefined
  }

  #judgeOutage(life: JobLife): void {
    const {outage, watched, way, hasOutput, periodMs} = life.job
    if (!outage) return
    const limitMs = this.#limitOf(life, outage.from)
    const seenUntil = Math.min(outage.to, this.#plan.lengthMs)
    if (seenUntil - outage.from <= limitMs) return
    if (life.mendedAt !== undefined && life.mendedAt <= outage.from + limitMs) return
    const own = this.#alerts.filter(({job, at}) => job === watched.name && at >= outage.from && at <= seenUntil + hour)
    const what = `${watched.name} (${way}, ${periodMs / minute} min${hasOutput ? ', output' : ''}) ${outage.kind}`
    if (!own.some(({at}) => at <= outage.from + limitMs)) {
      this.#fault('missed outage', `${what} from ${clock(outage.from)}, not seen within ${clock(limitMs)}`)
    }
    // Each incident is told once, until so many are one that flaps; a job that fails too seldom for that is told each time.
    const {incidents, withinMs} = policy.flapping
    const betweenMs = 2 * periodMs
    const flaps = (incidents - 1) * betweenMs < withinMs
    const most = incidents + Math.floor((seenUntil - outage.from) / (flaps ? withinMs : betweenMs))
    // A round that is killed between an alert and its record repeats it, with the next incident if this one has ended.
    const raised = own.filter(({mayRepeat}) => !mayRepeat).length
    if (raised > most) this.#fault('alert storm', `${what}, ${raised} alerts where ${most} are due`)
  }

  #judgeUnreachable(): void {
    const told = this.#alerts.filter(({job}) => job === 'guard-openclaw')
    for (const {from, to} of this.#openclawAway) {
      const until = Math.min(to, this.#plan.lengthMs)
      const limitMs = unreachableAfterMs + 5 * minute
      const isUnseen = this.#watchdogAway.some((away) => away.to >= from && away.from <= from + limitMs)
      const isDisturbed = this.#disturbed.some(({at}) => at >= from && at <= from + limitMs)
      if (until - from <= limitMs || isUnseen || isDisturbed) continue
      if (!told.some(({at}) => at > from - policy.flapping.withinMs && at <= from + limitMs))
        this.#fault('missed outage', `OpenClaw could not be asked from ${clock(from)}`)
    }
  }

  /** How long a real outage may stay unseen: what its settings say, and what the disturbances meanwhile cost. */
  #limitOf({job}: JobLife, from: number): number {
    const resetsMs =
      job.outage?.kind === 'stuck' ? policy.escalateAfterMs + 3 * (policy.betweenResetsMs + 4 * minute) : 0
    const outputMs = job.hasOutput ? (job.watched.outputs[0]?.maxAgeMs ?? 0) : 0
    let limitMs = 4 * job.periodMs + hour + outputMs + policy.escalateAfterMs + resetsMs
    // Four short incidents take eight periods, and the first may begin with the second run.
    if (job.outage?.kind === 'flapping')
      limitMs = Math.max(limitMs, 2 * (policy.flapping.incidents + 1) * job.periodMs + policy.escalateAfterMs)
    // The run before may take two periods, and the endless one counts as hung after three; a reboot begins it anew.
    const endlessMs = job.outage?.kind === 'endless' ? 3 * job.periodMs : 0
    limitMs += endlessMs
    // The reboot that ends the lease of a dead run proves health for as long as any end does.
    let endedMs = job.watched.limits.freshForMs ?? 0
    for (const {at, isReboot, costsMs, ambiguousMs} of this.#disturbed) {
      // A file of before the clock was set back is as good as new once the clock has caught up with it.
      if (at < from && job.hasOutput && at + ambiguousMs > from) limitMs += ambiguousMs
      if (at < from || at > from + limitMs) continue
      limitMs += costsMs + job.periodMs + (job.hasOutput ? ambiguousMs : 0)
      if (isReboot) limitMs += endedMs + 2 * endlessMs
      if (isReboot) endedMs = 0
    }
    // Short incidents of before a long absence are too old to be counted with those after it.
    const countAgainMs = job.outage?.kind === 'flapping' ? 2 * policy.flapping.incidents * job.periodMs : 0
    const openclawAway = job.way === 'openclaw' ? this.#openclawAway : []
    const absences = [...this.#watchdogAway, ...this.#daemonAway, ...openclawAway]
    // In their order, because each moves the limit beyond the next.
    for (const away of absences.sort((one, other) => one.from - other.from)) {
      // What the clock did while nobody looked is not known: output may be as new as the end of that time.
      if (away.to < from || away.from > from + limitMs) continue
      limitMs += away.to - Math.max(from, away.from) + outputMs + countAgainMs
    }
    return limitMs
  }

  #fault(is: Fault['is'], what: string): void {
    this.#faults.push({is, what: `at ${clock(this.machine.awakeMs)} ${what}`})
  }
}

const periodOf = (expression: string) => Number(expression.split('every ')[1])

/** `… every MS`, since 1970. */
const periodicSlots: Slots = {
  latest({expression}, atMs) {
    const periodMs = periodOf(expression)
    return Math.floor(atMs / periodMs) * periodMs
  },
  next({expression}, atMs) {
    const periodMs = periodOf(expression)
    return (Math.floor(atMs / periodMs) + 1) * periodMs
  },
}

function isAway(absences: readonly Absence[], at: number): boolean {
  return absences.some(({from, to}) => at >= from && at <= to)
}

function clock(ms: number): string {
  return `${Math.floor(ms / hour)}:${String(Math.floor((ms % hour) / minute)).padStart(2, '0')}`
}
