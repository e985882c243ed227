import {alertNews} from '../../domain/delivery/alert-news.js'
import type {JobNews} from '../../domain/delivery/message.js'
import {wrongWatchedJobs} from '../../domain/settings/wrong.js'
import {flappingEndInMs} from '../../domain/watchdog/open-incident.js'
import {asWatched, watchedJob} from '../../domain/watchdog/watch-list.js'
import type {WatchedJob} from '../../domain/watchdog/watched-job.js'
import {incidentStream} from '../../journal/failure-streams.js'
import {incidentDetails} from '../../usecases/watchdog/alert-details.js'
import {evaluateJobs, type JobReport} from '../../usecases/watchdog/evaluate-jobs.js'
import {watchdogRound} from '../../usecases/watchdog/watchdog-round.js'
import type {Guard} from '../guard.js'
import {roundPlan, wireWatchdog} from './watchdog.js'

/**
 * A round of the watchdog over one job, after a run of it: where no watchdog makes its rounds, a run tells what it knows.
 * A second process that decides the same writes records that are void. Jobs whose settings are wrong are judged with it:
 * they may not run for a long time.
 */
export async function judgeOwnJob(guard: Guard, job: string): Promise<void> {
  const names = new Set([job, ...wrongWatchedJobs(guard.settings.wrong)])
  const watched = [...names].flatMap((name) => watchedJob(name, guard.settings) ?? [])
  if (watched.length > 0) await roundOver(guard, watched)
}

/**
 * Ends the incidents of jobs that flap, where that is due. Where no watchdog makes its rounds nothing else does: the good
 * runs after the first decide nothing.
 *
 * @returns when the next could end, from now, ms; undefined if none is awaited
 */
export async function endFlapping(guard: Guard): Promise<number | undefined> {
  const open = [...guard.journal(incidentStream).read().open.values()]
  const jobs = open.flatMap(({job, isFlapping}) => (isFlapping ? (watchedJob(job, guard.settings) ?? []) : []))
  if (jobs.length === 0) return undefined
  const reports = await roundOver(guard, jobs)
  // Those that have ended in this round are open in its facts.
  const ongoing = reports.filter(({actions}) => !actions.some((action) => action.do === 'resolve'))
  const ends = ongoing.flatMap(({facts}) => flappingEndInMs(facts) ?? [])
  return ends.length === 0 ? undefined : Math.min(...ends)
}

/**
 * What a message says of a job that is in trouble now. Nothing is written.
 *
 * @returns undefined if it is not, or if only OpenClaw knows
 */
export async function newsNow(guard: Guard, name: string): Promise<Partial<JobNews> | undefined> {
  const job = asWatched(name, guard.settings)
  const deps = {...wireWatchdog(guard), checkOpenClaw: async () => undefined}
  const {reports} = await evaluateJobs(deps, {...roundPlan(guard), jobs: [job], hasSettings: false})
  const report = reports.find((one) => one.job.name === name)
  if (report?.verdict.status !== 'failing') return undefined
  const {verdict, facts} = report
  const about = {id: '', openedAt: guard.clock.now(), verdict: verdict.kind}
  const details = incidentDetails(about, 'trouble', facts)
  const message = `${name} is ${verdict.kind}: ${verdict.reason}`
  const {news} = alertNews({level: verdict.level, component: 'watchdog', job: name, message, details}, about.openedAt)
  const {reason, outcome, failureClass, runId, badRuns, durationMs, errorLine, healthySinceMs} = news
  return {reason, outcome, failureClass, runId, badRuns, durationMs, errorLine, healthySinceMs}
}

async function roundOver(guard: Guard, jobs: readonly WatchedJob[]): Promise<readonly JobReport[]> {
  const deps = {...wireWatchdog(guard), checkOpenClaw: async () => undefined}
  const {reports} = await watchdogRound(deps, {...roundPlan(guard), jobs, hasSettings: false})
  return reports
}
