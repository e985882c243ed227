import {breakerState} from '../breaker/breaker.js'
import type {ClockReading} from '../clock/reading.js'
import {span} from '../clock/span.js'
import type {Incident} from '../incident/incident.js'
import type {RawRecord} from '../journal/record.js'
import {
  type InferredEnd,
  type OrphanedJob,
  orphanText,
  unrecordedText,
  withInferredEnd,
} from '../run/interrupted-run.js'
import {isCutShort} from '../run/outcome.js'
import {newRun, nextRun, type Run} from '../run/run.js'
import {notForCron} from '../schedule/schedule.js'
import type {JobSettings} from '../settings/job.js'
import {type BreakerRecords, breakerSection} from './breaker-story.js'
import type {JobStatus} from './job-status.js'
import {knownSentences} from './known-story.js'
import {capitalized, retrySection, runSentences, textField} from './run-story.js'
import {presentSentence, recordSentence, type Section, type Sentence} from './sentence.js'
import {toldSection} from './told-story.js'

/** All that is on record of a job's last run and its trouble. Records are newest first. */
interface WhyFacts {
  readonly status: JobStatus
  readonly settings: JobSettings
  readonly now: ClockReading
  /** Of the last run that took place. */
  readonly run: readonly RawRecord[]
  /** Why that run is over; undefined if it goes on, or if its end is on record. */
  readonly runEnd: InferredEnd | undefined
  /** Its job, if that goes on without its guard. */
  readonly orphan: OrphanedJob | undefined
  /** Of runs that were skipped since. */
  readonly skips: readonly RawRecord[]
  /** About the job. */
  readonly incidents: readonly RawRecord[]
  readonly deliveries: readonly RawRecord[]
  readonly breaker: BreakerRecords | undefined
  /** Of the last lease that was given. */
  readonly lease: readonly RawRecord[]
  /** The last runs of a job that is not well, newest first. */
  readonly history: readonly Run[]
  /** Wall clock, ms: the end of the last good run. */
  readonly lastGoodAt: number | undefined
  /** What starts the job here, and the command by which cron would; undefined where that is not asked. */
  readonly starters: {readonly sentences: readonly string[]; readonly mend: string | undefined} | undefined
  /** An incident is told when it has lasted so long. */
  readonly tellAfterMs: number
}

/** Whether what starts the job is asked: it missed a slot, or has never run. */
export function isUnstarted({verdict, runningSince, lastEndedAt}: JobStatus): boolean {
  return verdict === 'missed' || (verdict === 'unknown' && runningSince === undefined && lastEndedAt === undefined)
}

export interface Story {
  readonly job: string
  /** One sentence. */
  readonly answer: string
  readonly sections: readonly Section[]
  readonly known: readonly string[]
  /** Commands that mend it, the likeliest first. */
  readonly mend: readonly string[]
}

/** The story of a job as its records tell it. */
export function whyJob(facts: WhyFacts): Story {
  const {status} = facts
  return {
    job: status.job,
    answer: answerOf(facts),
    sections: [
      ...skippedSection(facts),
      ...lastRunSection(facts),
      ...retrySection(facts.run),
      ...silentSection(facts),
      ...breakerSection(facts),
      ...incidentSection(facts),
      ...toldOf(facts),
    ],
    known: knownSentences(facts),
    mend: mendOf(facts),
  }
}

function answerOf(facts: WhyFacts): string {
  const {status, skips} = facts
  const {job, state, reason, runningSince} = status
  const [skip] = skips
  if (state === 'silenced' && reason !== undefined) return `${job} is silenced, and it is ${status.verdict}: ${reason}.`
  if (reason !== undefined) {
    const [starter] = facts.starters?.sentences ?? []
    const also = facts.orphan ? `Its guard is gone, and its job goes on${orphanText(facts.orphan)}.` : starter
    return `${job} is ${state}: ${reason}.${also === undefined ? '' : ` ${also}`}`
  }
  const skipped = skip && (textField(skip, 'reason') ?? 'it was skipped')
  if (runningSince !== undefined) {
    const lasts = span(Math.max(0, facts.now.at - runningSince))
    const also = skipped === undefined ? '' : ` Its last start was skipped: ${skipped}.`
    const but = facts.orphan
      ? `but without its guard, which is gone${orphanText(facts.orphan)}: nobody keeps its time limit, and how it ends will not be known`
      : 'and nothing speaks against it'
    return `${job} has been running for ${lasts}, ${but}.${also}`
  }
  if (skipped !== undefined) return `${job} did not run: ${skipped}.`
  if (state === 'unknown') {
    return [`Whether ${job} is well is not known: ${status.verdictReason}.`, ...(facts.starters?.sentences ?? [])].join(
      ' ',
    )
  }
  return `${job} is ${state}: ${status.verdictReason}.`
}

function skippedSection({skips}: WhyFacts): readonly Section[] {
  return skips.length === 0 ? [] : [{title: 'Why it was skipped', sentences: runSentences(skips)}]
}

function lastRunSection({run: records, runEnd, status}: WhyFacts): readonly Section[] {
  const known = runOf(records)
  if (!known) return []
  const run = withInferredEnd(known, runEnd)
  const title = isBad(run) ? 'Why it failed' : status.runningSince !== undefined ? 'Its run' : 'Its last run'
  const isInferred = runEnd !== undefined && known.outcome === undefined
  const end = isInferred ? [presentSentence(`Its end is ${unrecordedText(runEnd)}.`)] : []
  return [{title, sentences: [...end, ...runSentences(records)]}]
}

/** @returns undefined if none is on record */
function runOf(records: readonly RawRecord[]): Run | undefined {
  return records.toReversed().reduce<Run | undefined>((known, record) => runAfter(known, record) ?? known, undefined)
}

/** Whether the end of a run is one that counts, and bad. */
function isBad(run: Run): boolean {
  const {outcome} = run
  return outcome !== undefined && outcome !== 'healthy' && outcome !== 'skipped' && !isCutShort(run)
}

function runAfter(known: Run | undefined, record: RawRecord): Run | undefined {
  const {run, job, at} = record
  return nextRun(known, record, newRun(`${run}`, `${job}`, Number(at)))
}

/** Why a job that should have run, or should have ended, did not. */
function silentSection({status, lease, starters, now}: WhyFacts): readonly Section[] {
  const {verdict, reason} = status
  if (verdict !== 'missed' && verdict !== 'stalled' && verdict !== 'hung') return []
  const titles = {missed: 'Why nothing started it', stalled: 'Why it is stalled', hung: 'Why it hangs'}
  const said = reason === undefined ? [] : [presentSentence(`${capitalized(reason)}.`)]
  const who = verdict === 'missed' ? (starters?.sentences ?? []).map(presentSentence) : leaseSentences(lease, now)
  return [{title: titles[verdict], sentences: [...said, ...who]}]
}

function leaseSentences(lease: readonly RawRecord[], now: ClockReading): readonly Sentence[] {
  return lease.flatMap((record) => {
    const {kind, ttlMs, at} = record
    if (kind === 'claimed') {
      const ttl = typeof ttlMs === 'number' ? `, to be renewed within ${span(ttlMs)}` : ''
      return [
        recordSentence('leases', record, `Its lease was taken by ${textField(record, 'holder') ?? 'a run'}${ttl}.`),
      ]
    }
    if (kind === 'released')
      return [recordSentence('leases', record, `Its lease was given back: ${textField(record, 'status') ?? 'ok'}.`)]
    const ago = typeof at === 'number' ? span(Math.max(0, now.at - at)) : 'some time'
    return kind === 'renewed'
      ? [recordSentence('leases', record, `Its lease was renewed for the last time, ${ago} ago.`)]
      : []
  })
}

/** The incident that is open, or the last one. */
function incidentSection({incidents}: WhyFacts): readonly Section[] {
  const sentences = incidents.flatMap((record) => {
    const text = incidentText(record)
    return text === undefined ? [] : [recordSentence('incidents', record, text)]
  })
  return sentences.length === 0 ? [] : [{title: 'How it was judged', sentences}]
}

function incidentText(record: RawRecord): string | undefined {
  const [verdict, reason, level] = [
    textField(record, 'verdict'),
    textField(record, 'reason'),
    textField(record, 'level'),
  ]
  const why = reason === undefined ? '' : `: ${reason}`
  switch (record['kind']) {
    case 'opened':
      return `An incident was opened, ${verdict ?? 'in trouble'}${level === undefined ? '' : `, ${level}`}${why}.`
    case 'escalated':
      return `An alert was raised${why}.`
    case 'resolved':
      return `The incident was resolved${why}.`
    case 'observed':
      return `Seen as ${verdict ?? 'unknown'}${why}.`
    default:
      return undefined
  }
}

function toldOf(facts: WhyFacts): readonly Section[] {
  const {status, deliveries, incidents, run} = facts
  const opened = incidents.find(({kind}) => kind === 'opened')
  const sections =
    opened || status.reason !== undefined
      ? toldSection({deliveries, job: status.job, sinceMs: troubleSince({incidents, run})})
      : []
  if (sections.length > 0 || !status.incident) return sections
  return [{title: 'Who was told', sentences: [presentSentence(untoldText(facts, status.incident))]}]
}

/** An alert step of the run tells before the incident is opened. Wall clock, ms. */
export function troubleSince({incidents, run}: Pick<WhyFacts, 'incidents' | 'run'>): number {
  const begun = [run.at(-1), incidents.find(({kind}) => kind === 'opened')].map((record) => record?.['at'])
  return Math.min(...begun.filter((at) => typeof at === 'number'))
}

function untoldText({status: {silence}, now, tellAfterMs}: WhyFacts, {escalations}: Incident): string {
  if (silence)
    return `No one: it is silent for ${span(Math.max(0, silence.untilMs - now.at))} more (${silence.reason}).`
  if (escalations > 0) return 'No channel has it yet: it is only in alerts.jsonl.'
  return `No one yet: it is told once it has lasted for ${span(tellAfterMs)} (watchdog.escalateAfter), or at once if its next run is later.`
}

/** Where more can be seen of the last run: what never started has printed nothing. */
function evidenceOf({job, verdict}: JobStatus, run: readonly RawRecord[]): readonly string[] {
  if (run.some(({outcome}) => outcome === 'not-started')) return [`guard doctor --job ${job}`]
  const {from, to} = run.map(({log}) => log as {from?: unknown; to?: unknown} | undefined).find(Boolean) ?? {}
  if (from === undefined || from === to) return []
  return verdict === 'hung' ? [`guard logs ${job} --follow`, `guard lease show ${job}`] : [`guard logs ${job}`]
}

/** Some schedules only the scheduler knows. */
function mayCronStart({schedule}: JobSettings): boolean {
  return schedule !== undefined && notForCron(schedule) === undefined
}

function mendOf({status, settings, run, breaker, starters, now, orphan}: WhyFacts): readonly string[] {
  const isIdle = isUnstarted(status)
  const {job, verdict, reason, silence} = status
  const isRefused = run.some((record) => record['kind'] === 'step-ended' && record['do'] === 'refused')
  const isHeldOff = breaker?.state !== undefined && breakerState(breaker.state, now) !== 'closed'
  return [
    ...(reason?.startsWith('its settings are wrong') ? ['guard config check'] : []),
    ...(starters?.mend !== undefined && mayCronStart(settings) ? [starters.mend] : []),
    ...(isIdle ? ['guard crontab discover', 'guard doctor'] : []),
    ...(orphan?.pid !== undefined ? [`kill ${orphan.pid}`] : []),
    ...(verdict === 'stalled' ? [`guard lease show ${job}`, ...(orphan ? [] : ['guard recover'])] : []),
    ...(isHeldOff ? [`guard breaker close ${breaker.target}`] : []),
    ...(isRefused ? [`guard budget reset ${job}`] : []),
    ...(silence ? [`guard alerts silence remove ${silence.id.slice(0, 6)}`] : []),
    ...(reason !== undefined ? evidenceOf(status, run) : []),
  ]
}
