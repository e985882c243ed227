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
}

/** Something to tell a channel now. */
export interface DueNews {
  readonly channel: string
  readonly group: Group
  readonly kind: 'trouble' | 'notice' | 'recovery'
  /** Why now. */
  readonly why: 'first' | 'more' | 'worse' | 'again' | 'after-silence' | 'over'
  readonly news: readonly JobNews[]
  readonly level: AlertLevel
  /** Undefined if this channel was not told before. */
  readonly told: Told | undefined
}

/** News that a silence keeps back. */
export interface SilencedNews extends DueNews {
  readonly silence: Silence
}

interface TellDecision {
  readonly due: readonly DueNews[]
  readonly silenced: readonly SilencedNews[]
  /** Recoveries of what was never told. */
  readonly untold: readonly DueNews[]
  /** Wall clock, ms: when something is due next; undefined if nothing is without further news. */
  readonly nextMs: number | undefined
}

interface TellFacts {
  readonly nowMs: number
  readonly policy: TellPolicy
  readonly silences: Silences
}

/** What each channel is to be told now of each group. Each interval is a clock of its own, as in Alertmanager. */
export function decideNews({groups}: OutboxState, facts: TellFacts): TellDecision {
  const due: DueNews[] = []
  const silenced: SilencedNews[] = []
  const untold: DueNews[] = []
  const times: number[] = []
  for (const group of groups.values()) {
    for (const channel of new Set([...group.told.keys(), ...group.waiting])) {
      const next = nextNews(group, channel, facts)
      if (!next) continue
      if (next.atMs > facts.nowMs) times.push(next.atMs)
      else sort(next.news, facts, {due, silenced, untold})
    }
  }
  return {due, silenced, untold, nextMs: times.length === 0 ? undefined : Math.min(...times)}
}

interface Sorted {
  readonly due: DueNews[]
  readonly silenced: SilencedNews[]
  readonly untold: DueNews[]
}

function sort(news: DueNews, {silences, nowMs}: TellFacts, {due, silenced, untold}: Sorted): void {
  const {told, kind} = news
  if (kind === 'recovery') {
    if (!told?.wasTold) untold.push(news)
    else due.push(news)
    return
  }
  const loud = news.news.filter((one) => !silenceFor(one, news.group, silences, nowMs))
  const [first] = news.news
  const silence = loud.length === 0 && first && silenceFor(first, news.group, silences, nowMs)
  if (!silence) due.push({...news, news: loud, level: worstLevel(loud)})
  // What a silence has kept back already is not kept back once more.
  else if (told?.silence !== silence.id) silenced.push({...news, silence})
}

function silenceFor(news: JobNews, {key}: Group, silences: Silences, nowMs: number): Silence | undefined {
  return silenceOf(silences, {job: news.job, class: news.failureClass, group: key}, nowMs)
}

/** Silences until a job is well, of which each job that they match is well. */
export function endedSilences({groups}: OutboxState, silences: Silences, nowMs: number): readonly Silence[] {
  return Array.from(silences.values()).filter((silence) => {
    if (!silence.untilHealthy || nowMs >= silence.untilMs) return false
    return !Array.from(groups.values()).some(
      (group) =>
        group.hasEnd &&
        Array.from(group.jobs.values()).some(({news}) =>
          matchesSilence(silence, {job: news.job, class: news.failureClass, group: group.key}),
        ),
    )
  })
}

interface NextNews {
  /** Wall clock, ms. */
  readonly atMs: number
  readonly news: DueNews
}

function nextNews(group: Group, channel: string, {nowMs, policy, silences}: TellFacts): NextNews | undefined {
  const news = newsFor(group, channel)
  const told = group.told.get(channel)
  const level = worstLevel(news)
  const of = (kind: DueNews['kind'], why: DueNews['why'], atMs: number) => ({
    atMs,
    news: {channel, group, kind, why, news, level, told},
  })
  const kind = group.hasEnd ? 'trouble' : 'notice'
  // A channel may have no part in what the trouble has become; it is over when it is over for all.
  if (news.length === 0) return group.hasEnd && group.jobs.size === 0 ? of('recovery', 'over', nowMs) : undefined
  if (!told) return of(kind, 'first', group.firstMs + policy.groupWaitMs)
  if (told.silence !== undefined) {
    const until = silences.get(told.silence)?.untilMs ?? nowMs
    return of(kind, 'after-silence', Math.max(nowMs, until))
  }
  if (level !== told.level && isAtLeast(level, told.level)) return of(kind, 'worse', nowMs)
  const again = of(kind, 'again', told.atMs + repeatAfter(policy, told.repeats))
  if (!group.hasEnd || news.length < told.jobs * 2) return again
  const more = of(kind, 'more', told.atMs + policy.groupIntervalMs)
  return more.atMs < again.atMs ? more : again
}

function repeatAfter({repeatMs}: TellPolicy, repeats: number): number {
  return repeatMs[Math.min(repeats, repeatMs.length - 1)] ?? Number.POSITIVE_INFINITY
}
