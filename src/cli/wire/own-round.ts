import {watchedJob} from '../../domain/watchdog/watch-list.js'
import {watchdogRound} from '../../usecases/watchdog/watchdog-round.js'
import type {Guard} from '../guard.js'
import {roundPlan, wireWatchdog} from './watchdog.js'

/**
 * A round of the watchdog over one job, after a run of it: where no watchdog makes its rounds, a run tells what it knows.
 * A second process that decides the same writes records that are void.
 */
export async function judgeOwnJob(guard: Guard, job: string): Promise<void> {
  const watched = watchedJob(job, guard.settings)
  if (!watched) return
  const deps = {...wireWatchdog(guard), checkOpenClaw: async () => undefined}
  await watchdogRound(deps, {...roundPlan(guard), jobs: [watched], hasSettings: false})
}
