import {endOfWait} from '../clock/wait.js'
import type {AlertLevel} from '../settings/job.js'
import {type Group, newsFor, type Told, worstLevel} from './group.js'
import type {JobNews} from './message.js'
import type {OutboxState} from './outbox.js'
import {isAtLeast} from './route.js'
import {matchesSilence, type Silence, type Silences, silenceOf} from './silence.js'

/** When a group is told, and again. Milliseconds. */
export interface TellPolicy {
  /** From the first news to the first message, so that what belongs together comes together. */
  readonly groupWaitMs: number
  /** At least so long between a message and the one that tells of more jobs. */
  readonly groupIntervalMs: number
  /** From each message to the next one about the same; the last one is repeated. */
  readonly repeatMs: readonly number[]
  /** All must have been well for so long before its recovery is told: what is back before goes on with the same trouble. */
  readonly recoveryWaitMs: number
}

/** Something to tell a channel now. */
export interface DueNews {
  readonly channel: string
  readonly group: Group
  readonly kind: 'trouble' | 'notice' | 'recovery'
  /** Why now; `repeated` is a notice that the channel was told a short time ago. */
  readonly why: 'first' | 'more' | 'worse' | 'again' | 'after-silence' | 'repeated' | 'over'
  readonly news: readonly JobNews[]
  readonly level: AlertLevel
  /** Undefined if this channel was not told before. */
  readonly told: Told | undefined
}

/** News that a silence keeps back. */
export interface SilencedNews extends DueNews {
  readonly silence: Silence
}

/** A notice that its channel was told a short time ago. */
export interface RepeatedNews extends DueNews {
  readonly told: Told
}

interface TellDecision {
  readonly due: readonly DueNews[]
  readonly silenced: readonly SilencedNews[]
  /** Recoveries of what was never told. */
  readonly untold: readonly DueNews[]
  /** Notices that were told a short time ago. */
  readonly repeated: readonly RepeatedNews[]
  /** Wall clock, ms: when something is due next; undefined if nothing is without further news. */
  readonly nextMs: number | undefined
}

interface TellFacts {
  readonly nowMs: number
  readonly policyOf: (channel: string) => TellPolicy
  readonly silences: Silences
  /** Whether the settings have this channel; another process with other settings may know it. */
  readonly isKnown: (channel: string) => boolean
  /**
   * Wall clock, ms: now while an incident of the job is open, told or not; else when its last run that counts ended, if it
   * was bad.
   */
  readonly badAtOf: (job: string) => number | undefined
}

/** A watchdog that makes a round a minute has judged a run by then. */
const judgedAfterMs = 120_000

/** What to tell each channel now about each group. Each interval is a clock of its own, as in Alertmanager. */
export function decideNews({groups}: OutboxState, facts: TellFacts): TellDecision {
  const due: DueNews[] = []
  const silenced: SilencedNews[] = []
  const untold: DueNews[] = []
  const repeated: RepeatedNews[] = []
  const times: number[] = []
  for (const group of groups.values()) {
    for (const channel of new Set([...group.told.keys(), ...group.waiting])) {
      if (!facts.isKnown(channel)) continue
      const next = nextNews(group, channel, facts)
      if (!next) continue
      if (next.atMs > facts.nowMs) times.push(next.atMs)
      else sort(next, {due, silenced, untold, repeated})
    }
  }
  const nextMs = Math.min(...times)
  return {due, silenced, untold, repeated, nextMs: Number.isFinite(nextMs) ? nextMs : undefined}
}

interface Sorted {
  readonly due: DueNews[]
  readonly silenced: SilencedNews[]
  readonly untold: DueNews[]
  readonly repeated: RepeatedNews[]
}

function sort({news, silence}: NextNews, {due, silenced, untold, repeated}: Sorted): void {
  const {told, why} = news
  if (silence) silenced.push({...news, silence})
  else if (why === 'repeated' && told) repeated.push({...news, told})
  else if (news.kind === 'recovery' && !news.told?.heard) untold.push(news)
  else due.push(news)
}

function silenceFor(news: JobNews, {key}: Group, {silences, nowMs}: TellFacts): Silence | undefined {
  return silenceOf(silences, {job: news.job, class: news.failureClass, group: key}, nowMs)
}

/** Silences until a job is well, of which each job that they match is well after its trouble. */
export function endedSilences({groups}: OutboxState, silences: Silences, nowMs: number): readonly Silence[] {
  return Array.from(silences.values()).filter((silence) => {
    if (!silence.untilHealthy || silence.hasMet === false || nowMs >= silence.untilMs) return false
    return !isTroubled(groups, silence)
  })
}

/** Whether something that a silence matches is in trouble now. */
export function isTroubled(groups: OutboxState['groups'], silence: Parameters<typeof matchesSilence>[0]): boolean {
  return Array.from(groups.values()).some(
    (group) =>
      group.hasEnd &&
      Array.from(group.jobs.values()).some(({news}) =>
        matchesSilence(silence, {job: news.job, class: news.failureClass, group: group.key}),
      ),
  )
}

interface NextNews {
  /** Wall clock, ms. */
  readonly atMs: number
  readonly news: DueNews
  /** What keeps all of it back. */
  readonly silence?: Silence
}

function nextNews(group: Group, channel: string, facts: TellFacts): NextNews | undefined {
  const all = newsFor(group, channel)
  const told = group.told.get(channel)
  const about = {channel, group, told}
  if (all.length === 0) {
    // A channel may have no part in what the trouble has become; it is over when it is over for all.
    if (!group.hasEnd || group.jobs.size > 0) return undefined
    const atMs = told?.heard ? recoveryAt(group, channel, facts) : facts.nowMs
    return {atMs, news: {...about, kind: 'recovery', why: 'over', news: [], level: 'INFO'}}
  }
  // What is silent neither makes a group grow nor worse.
  const silences = all.map((one) => silenceFor(one, group, facts))
  const loud = all.filter((_, index) => silences[index] === undefined)
  const news = loud.length > 0 ? loud : all
  const level = worstLevel(news)
  const {why, atMs} = nextReason(
    group,
    {told, jobs: news.length, level},
    {nowMs: facts.nowMs, policy: facts.policyOf(channel)},
  )
  const next = {atMs, news: {...about, kind: group.hasEnd ? 'trouble' : 'notice', why, news, level}} as const
  const [silence] = silences
  if (loud.length > 0 || !silence) {
    // Once what is silent is not any more, the group may have grown.
    const ends = silences.flatMap((one) => (one ? [one.untilMs] : []))
    return atMs <= facts.nowMs ? next : {...next, atMs: Math.min(atMs, ...ends)}
  }
  // Trouble that a silence has kept back already is not kept back once more; each notice is news of its own.
  return group.hasEnd && told?.silence === silence.id
    ? {...next, atMs: Math.max(facts.nowMs + 1, silence.untilMs)}
    : {...next, silence}
}

/** A job that has ended badly since it was well may be in trouble again, which is for the watchdog to say. */
function recoveryAt({lastMs, well}: Group, channel: string, {nowMs, policyOf, badAtOf}: TellFacts): number {
  const isOverMs = endOfWait(lastMs, policyOf(channel).recoveryWaitMs, nowMs)
  const badMs = Math.max(...[...well].map((job) => badAtOf(job) ?? 0))
  return badMs > lastMs ? Math.max(isOverMs, endOfWait(badMs, judgedAfterMs, nowMs)) : isOverMs
}

interface Present {
  readonly told: Told | undefined
  readonly jobs: number
  readonly level: AlertLevel
}

function nextReason(
  {firstMs, lastMs, hasEnd, jobs: news}: Group,
  {told, jobs, level}: Present,
  {policy, nowMs}: {readonly policy: TellPolicy; readonly nowMs: number},
): {readonly why: DueNews['why']; readonly atMs: number} {
  if (!told) return {why: 'first', atMs: endOfWait(firstMs, policy.groupWaitMs, nowMs)}
  if (told.silence !== undefined) return {why: 'after-silence', atMs: nowMs}
  if (level !== told.level && isAtLeast(level, told.level)) return {why: 'worse', atMs: nowMs}
  if (!hasEnd) return {why: reasonOfNotice(lastMs, told, policy), atMs: nowMs}
  const isToldOnce = Array.from(news.values()).every((one) => one.isToldOnce)
  const again = isToldOnce ? Number.POSITIVE_INFINITY : endOfWait(told.atMs, repeatAfter(policy, told.repeats), nowMs)
  if (jobs < told.jobs * 2) return {why: 'again', atMs: again}
  const more = endOfWait(told.atMs, policy.groupIntervalMs, nowMs)
  return more < again ? {why: 'more', atMs: more} : {why: 'again', atMs: again}
}

/** Counted from when notices were raised, so that the wait before a message does not bring the next one too early. */
function reasonOfNotice(lastMs: number, told: Told, policy: TellPolicy): 'first' | 'again' | 'repeated' {
  const isAfter = (waitMs: number) => lastMs >= endOfWait(told.raisedMs ?? told.atMs, waitMs, lastMs)
  // What lasts is raised again after the first of these times; what comes now and then is told each time.
  if (told.raised === 1 && isAfter(2 * repeatAfter(policy, 0))) return 'first'
  return isAfter(repeatAfter(policy, told.repeats)) ? 'again' : 'repeated'
}

function repeatAfter({repeatMs}: TellPolicy, repeats: number): number {
  return repeatMs[Math.min(repeats, repeatMs.length - 1)] ?? Number.POSITIVE_INFINITY
}
