import {flappingEndInMs} from '../../domain/watchdog/open-incident.js'
import {watchedJob} from '../../domain/watchdog/watch-list.js'
import type {WatchedJob} from '../../domain/watchdog/watched-job.js'
import {incidentStream} from '../../journal/failure-streams.js'
import type {JobReport} from '../../usecases/watchdog/evaluate-jobs.js'
import {watchdogRound} from '../../usecases/watchdog/watchdog-round.js'
import type {Guard} from '../guard.js'
import {roundPlan, wireWatchdog} from './watchdog.js'

/**
 * A round of the watchdog over one job, after a run of it: where no watchdog makes its rounds, a run tells what it knows.
 * A second process that decides the same writes records that are void.
 */
export async function judgeOwnJob(guard: Guard, job: string): Promise<void> {
  const watched = watchedJob(job, guard.settings)
  if (watched) await roundOver(guard, [watched])
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

async function roundOver(guard: Guard, jobs: readonly WatchedJob[]): Promise<readonly JobReport[]> {
  const deps = {...wireWatchdog(guard), checkOpenClaw: async () => undefined}
  const {reports} = await watchdogRound(deps, {...roundPlan(guard), jobs, hasSettings: false})
  return reports
}
