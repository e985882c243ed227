import {alertNews} from '../../../domain/delivery/alert-news.js'
import type {JobNews} from '../../../domain/delivery/message.js'
import {flappingText} from '../../../domain/incident/decide.js'
import type {JobHistory} from '../../../domain/incident/incident.js'
import {wrongWatchedJobs} from '../../../domain/settings/wrong.js'
import {flappingEndInMs} from '../../../domain/watchdog/open-incident.js'
import {asWatched, isNamed, watchedJob} from '../../../domain/watchdog/watch-list.js'
import type {WatchedJob} from '../../../domain/watchdog/watched-job.js'
import type {Judge} from '../../../domain/watchdog/watches.js'
import {incidentStream} from '../../../journal/failure-streams.js'
import {incidentDetails} from '../../../usecases/watchdog/alert-details.js'
import {evaluateJobs, type JobReport, type RoundPlan} from '../../../usecases/watchdog/evaluate-jobs.js'
import {type WatchdogRoundDeps, watchdogRound} from '../../../usecases/watchdog/watchdog-round.js'
import type {Guard} from '../../guard.js'
import {holderSettings, isLeft, watchdogsNow} from '../../watchdog/watching.js'
import {roundPlan, wireWatchdog} from '../watchdog.js'
import type {SettingsFiles} from './settings-files.js'

/**
 * A round of the watchdog over one job, after a run of it: where no watchdog judges the job, a run tells what it knows.
 * A second process that decides the same writes records that are void. Jobs whose settings are wrong are judged with it:
 * they may not run for a long time.
 */
export async function judgeOwnJob(guard: Guard, job: string): Promise<void> {
  const watchdogs = watchdogsNow(guard)
  const wrong = wrongWatchedJobs(guard.settings.wrong).filter((name) => !isLeft(guard, name, watchdogs))
  for (const name of new Set([job, ...wrong])) {
    const watched = watchedJob(name, guard.settings)
    if (watched) await roundOver(guard, watched)
  }
}

/**
 * Ends the incidents of jobs that flap, where that is due. Where no watchdog judges the job nothing else does: the good
 * runs after the first decide nothing.
 *
 * @returns when the next could end, from now, ms; undefined if none is awaited
 */
export async function endFlapping(files: SettingsFiles): Promise<number | undefined> {
  const own = files.own()
  const {jobs} = own.journal(incidentStream).read()
  const ends: number[] = []
  for (const job of flappingJobs(own)) {
    const guard = await guardOf(files, job, jobs.get(job))
    const watched = guard && watchedJob(job, guard.settings)
    for (const {actions, facts} of watched ? await roundOver(guard, watched) : []) {
      // One that has ended in this round is open in its facts.
      const endInMs = actions.some((action) => action.do === 'resolve') ? undefined : flappingEndInMs(facts)
      if (endInMs !== undefined) ends.push(endInMs)
    }
  }
  return ends.length === 0 ? undefined : Math.min(...ends)
}

/** The jobs that flap, and that no watchdog judges. */
export function flappingJobs(guard: Guard): readonly string[] {
  const flapping = [...guard.journal(incidentStream).read().open.values()].filter(({isFlapping}) => isFlapping)
  if (flapping.length === 0) return []
  const watchdogs = watchdogsNow(guard)
  return flapping.map(({job}) => job).filter((job) => !isLeft(guard, job, watchdogs))
}

/** With the settings that name the job. @returns undefined if they cannot be read */
async function guardOf(files: SettingsFiles, job: string, history: JobHistory | undefined): Promise<Guard | undefined> {
  const named = history?.watches?.map(({settingsFile}) => settingsFile) ?? []
  const [file = ''] = named
  if (file === '' || named.includes(files.own().settings.file ?? '') || isNamed(job, files.own().settings))
    return files.own()
  await files.read([file])
  return files.of(file)
}

/**
 * What a message says of a job that is in trouble now. Nothing is written.
 *
 * @returns undefined if it is not, or if only OpenClaw knows
 */
export async function newsNow(guard: Guard, name: string): Promise<Partial<JobNews> | undefined> {
  const job = asWatched(name, guard.settings)
  const {reports} = await evaluateJobs(...roundOf(guard, job))
  const report = reports.find((one) => one.job.name === name)
  if (report?.verdict.status !== 'failing') return undefined
  const {verdict, facts} = report
  const about = {id: '', openedAt: guard.clock.now(), verdict: verdict.kind}
  const details = incidentDetails(about, 'trouble', facts)
  const flaps = facts.incident?.isFlapping ? `; ${flappingText(guard.settings.watchdog.flapping)}` : ''
  const message = `${name} is ${verdict.kind}: ${verdict.reason}${flaps}`
  const {news} = alertNews({level: verdict.level, component: 'watchdog', job: name, message, details}, about.openedAt)
  const {reason, outcome, failureClass, runId, badRuns, durationMs, errorLine, healthySinceMs} = news
  return {reason, outcome, failureClass, runId, badRuns, durationMs, errorLine, healthySinceMs}
}

async function roundOver(guard: Guard, job: WatchedJob): Promise<readonly JobReport[]> {
  const {reports} = await watchdogRound(...roundOf(guard, job))
  return reports
}

/** A round over one job, which ends no incident of others. */
function roundOf(guard: Guard, job: WatchedJob): [WatchdogRoundDeps, RoundPlan] {
  const deps = {...wireWatchdog(guard), checkOpenClaw: async () => undefined}
  return [deps, {...roundPlan(guard, []), judge: runJudge(guard, job.name), jobs: [job], hasSettings: false}]
}

function runJudge(guard: Guard, job: string): Judge {
  const own = holderSettings(guard)
  return {...own, settingsFile: isNamed(job, guard.settings) ? own.settingsFile : '', isRun: true}
}
