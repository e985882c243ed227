import {alertStream, schedulerStream} from '../../../journal/failure-streams.js'
import {endsWithThisProcess} from '../../../system/process/detach.js'
import {raiseAlert} from '../../../usecases/alert/raise-alert.js'
import {healScheduler} from '../../../usecases/schedule/heal-scheduler.js'
import {killScheduler} from '../../../usecases/schedule/stop-scheduler.js'
import type {Guard} from '../../guard.js'
import {printWarning} from '../../output/stderr.js'
import {startSchedulerDaemon, stopDeps} from './scheduler.js'
import {schedulerFacts} from './scheduler-facts.js'

/** What a round of the watchdog does about the scheduler, where one was ever started. */
export async function healSchedulerIn(guard: Guard, lives: 'on' | 'for-one-round'): Promise<void> {
  const {clock, log, journal} = guard
  const told = await healScheduler({
    clock,
    scheduler: journal(schedulerStream),
    look: () => schedulerFacts(guard),
    end: () => killScheduler(stopDeps(guard)),
    start: () => startSchedulerDaemon(guard),
    cannotStart: () =>
      lives === 'for-one-round' && endsWithThisProcess()
        ? 'what this process starts would end with its systemd unit or container'
        : undefined,
    raiseAlert: (alert) => {
      const isNews = raiseAlert({alerts: journal(alertStream), clock}, alert)
      // cron mails what is printed: once is enough.
      if (isNews) printWarning(alert.message)
      return isNews
    },
  })
  if (told !== undefined) log(`watchdog: ${told}`)
}
