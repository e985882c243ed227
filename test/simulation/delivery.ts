import type {RawRecord, StampedEntry} from '../../src/domain/journal/record.js'
import {type OutboxWorld, outboxWorld, tellPolicy} from '../support/outbox-world.js'
import type {Random} from '../support/random.js'
import type {Fault} from './day.js'
import {hour, type Machine} from './machine.js'

/** The cap, and beside it that it is reached and a digest. */
const mostInHour = 20 + 2

/** A storm spread over an hour is at most eight messages, and a repetition comes after four. */
const mostOfGroup = 8

/** What a reader of the channel was told of one group since its last end. */
interface Story {
  /** Jobs that were in trouble by it. */
  readonly troubled: Set<string>
  messages: number
  firstMs: number
  /** How many jobs the last message counts. */
  counted: number
}

interface DeliveryPlan {
  readonly random: Random
  readonly machine: Machine
  /** As long as what is back is told at once. */
  readonly recoveryWaitMs: number
  /** Whether the watchdog has an incident of a job, told or not. */
  readonly hasIncident: (job: string) => boolean
}

interface WrittenMessage {
  readonly kind: string
  readonly group: string
  readonly title: string
  readonly jobCount: number
  readonly jobs: readonly {readonly job: string}[]
}

/**
 * The real outbox over the alerts of the day, with a receiver that is away at times and deliverers that are killed. Each
 * message is judged as it is written, by what the alerts before it say.
 */
export class DayDelivery {
  readonly faults: Fault[] = []
  readonly #machine: Machine
  readonly #world: OutboxWorld
  readonly #hasIncident: (job: string) => boolean
  /** The group by which a job is in trouble. */
  readonly #groupOf = new Map<string, string>()
  readonly #stories = new Map<string, Story>()
  /** When messages were written; time awake, ms. */
  readonly #writtenMs: number[] = []
  #heldBack = 0
  #judged = 0
  #isOver = false
  /** The clock was set forward by about a day: what a receiver did not take until then is given up, and shown as that. */
  #hasLeapt = false

  constructor({random, machine, recoveryWaitMs, hasIncident}: DeliveryPlan) {
    this.#hasIncident = hasIncident
    this.#machine = machine
    this.#world = outboxWorld({policy: {...tellPolicy, recoveryWaitMs}})
    let awayUntilMs = 0
    this.#world.receiver = () => {
      if (this.#isOver) return {ok: true, receipt: {}}
      if (random.chance(0.02)) awayUntilMs = machine.awakeMs + random.between(0, 3 * hour)
      if (machine.awakeMs < awayUntilMs) return {ok: false, failure: 'transient', reason: 'away'}
      return random.chance(0.1) ? random.pick(['kill before', 'kill after'] as const) : {ok: true, receipt: {}}
    }
  }

  get messages(): number {
    return this.#writtenMs.length
  }

  /** A minute of the deliverer. `clockWasChanged`: then an hour of the cap is not an hour. */
  async minute(alerts: readonly StampedEntry[], clockWasChanged: boolean): Promise<void> {
    const {clock} = this.#world
    const aheadMs = this.#machine.wall - clock.now()
    clock.jump(aheadMs)
    this.#hasLeapt ||= aheadMs > 20 * hour
    for (const alert of alerts) this.#world.alerts.append(alert, 'buffered')
    do await this.#world.deliver()
    while (this.#world.nextMs() === 0)
    this.#judge()
    if (clockWasChanged) this.#writtenMs.fill(Number.NEGATIVE_INFINITY)
    const inHour = this.#writtenMs.filter((at) => at > this.#machine.awakeMs - hour).length
    if (inHour > mostInHour) this.#fault('message storm', `${inHour} messages within an hour`)
  }

  /** A day without further alerts, in which all that waits arrives. */
  async end(): Promise<void> {
    this.#isOver = true
    await this.#world.pass(25 * hour)
    this.#judge()
    for (const [group, {troubled, messages, counted}] of this.#stories) {
      const still = [...troubled].filter((job) => this.#groupOf.get(job) === group).length
      if (still === 0 && messages > 0) this.#fault('missing message', `the end of ${group}`)
      if (still > counted) this.#fault('missing message', `${still} jobs are in trouble by ${group}, told ${counted}`)
    }
    const written = this.#recordsOf('pending')
    const idOf = ({message}: RawRecord) => (message as {readonly id: string}).id
    const arrived = new Set(this.#world.arrived.map(({id}) => id))
    const replaced = new Set(written.flatMap(({replaces}) => (replaces as readonly string[] | undefined) ?? []))
    const givenUp = new Set(this.#recordsOf('failed').flatMap(({final, message}) => (final ? [message] : [])))
    if (givenUp.size > 0 && !this.#hasLeapt) this.#fault('missing message', 'one was given up')
    for (const record of written) {
      const [id, didArrive] = [idOf(record), arrived.has(idOf(record))]
      if (!didArrive && !replaced.has(id) && !givenUp.has(id)) this.#fault('missing message', `${id} has not arrived`)
      if (didArrive && replaced.has(id))
        this.#fault('false message', `${id} has arrived, and another one says that it has not`)
    }
    if (this.#heldBack > 0) this.#fault('missing message', `${this.#heldBack} held back, and no digest`)
  }

  #recordsOf(kind: string): readonly RawRecord[] {
    return [...this.#world.outbox.records()].filter((record) => record['kind'] === kind)
  }

  #judge(): void {
    const records = [...this.#world.outbox.records()]
    for (const record of records.slice(this.#judged)) this.#judgeRecord(record)
    this.#judged = records.length
  }

  #judgeRecord(record: RawRecord): void {
    const {kind, event, subject, group, message, messageKind, held, title} = record
    if (kind === 'noted' && event === 'trouble') {
      this.#judgeTrouble(String(subject), String(group))
    } else if (kind === 'noted' && event === 'recovered') this.#groupOf.delete(String(subject))
    else if (kind === 'pending') this.#judgeMessage(message as WrittenMessage)
    else if (kind === 'suppressed') {
      if (held === 'cap') this.#heldBack += 1
      const isUntold = this.#storyOf(String(group)).messages === 0
      if (messageKind === 'recovery' && held === undefined && !isUntold)
        this.#fault('missing message', `the end of ${group} was suppressed: ${title}`)
      if (messageKind === 'recovery') this.#stories.delete(String(group))
      else this.#storyOf(String(group)).messages += 1
    }
  }

  /** A job stays with the trouble that was told, until its end is told. */
  #judgeTrouble(job: string, group: string): void {
    const ending = [...this.#stories].find(
      ([, {troubled, messages}]) =>
        messages > 0 && troubled.has(job) && ![...troubled].some((one) => this.#groupOf.has(one)),
    )
    const own = this.#groupOf.get(job) ?? ending?.[0] ?? group
    for (const [other, {troubled}] of this.#stories) if (other !== own) troubled.delete(job)
    this.#groupOf.set(job, own)
    this.#storyOf(own).troubled.add(job)
  }

  #judgeMessage({kind, group, title, jobs, jobCount}: WrittenMessage): void {
    this.#writtenMs.push(this.#machine.awakeMs)
    if (kind === 'digest') this.#heldBack -= Number(/^\d+/.exec(title)?.[0])
    if (kind !== 'trouble' && kind !== 'recovery') return
    const story = this.#storyOf(group)
    const still = [...story.troubled].filter((job) => this.#groupOf.has(job))
    if (kind === 'recovery') {
      const untold = [...story.troubled].filter((job) => !this.#isOver && this.#hasIncident(job))
      if (untold.length > 0) this.#fault('false message', `${title}, and ${untold.join(', ')} has an incident`)
      if (still.length > 0) this.#fault('false message', `${title}, and ${still.join(', ')} is not`)
      if (story.messages === 0) this.#fault('false message', `${title}, and no trouble was told`)
      if (jobCount !== story.troubled.size) this.#fault('missing message', `${title}: ${story.troubled.size} jobs`)
      this.#stories.delete(group)
      return
    }
    const others = jobs.filter(({job}) => this.#groupOf.get(job) !== group)
    if (others.length > 0) this.#fault('false message', `${title}: ${others.map(({job}) => job).join(', ')}`)
    if (jobCount !== still.length) this.#fault('false message', `${title}: ${still.length} are in trouble`)
    story.messages += 1
    story.counted = jobCount
    const most = mostOfGroup + (this.#machine.awakeMs - story.firstMs) / (4 * hour)
    if (story.messages > most) this.#fault('message storm', `${story.messages} messages of ${group}`)
  }

  #storyOf(group: string): Story {
    const known = this.#stories.get(group)
    if (known) return known
    const story = {troubled: new Set<string>(), messages: 0, firstMs: this.#machine.awakeMs, counted: 0}
    this.#stories.set(group, story)
    return story
  }

  #fault(is: Fault['is'], what: string): void {
    this.faults.push({is, what})
  }
}
