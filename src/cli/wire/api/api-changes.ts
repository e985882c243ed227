import type {Api} from '../../../http/api.js'
import {addSilence, removeSilence} from '../../../usecases/alert/manage-silences.js'
import {resetByHand} from '../../../usecases/breaker/breaker.js'
import type {Guard} from '../../guard.js'
import {startedToJson, stoppedToJson} from '../../render/scheduler.js'
import {silenceToJson} from '../../render/silence.js'
import {wireSilences} from '../alerts/alerts.js'
import {wireKnownBreaker} from '../breaker.js'
import {settingsMask} from '../settings-mask.js'

type Changes = Pick<
  Api,
  'trigger' | 'startScheduler' | 'stopScheduler' | 'addSilence' | 'removeSilence' | 'resetBreaker' | 'selfHeal'
>

/** Wires what the HTTP API changes. Each change is said in guardian.log. */
export function wireChanges(guardNow: () => Promise<Guard>): Changes {
  const changing = async () => {
    const guard = await guardNow()
    guard.ensureState()
    return guard
  }
  return {
    trigger: async (job) => {
      const guard = await changing()
      const {triggerByCommand} = await import('../../scheduler/trigger-command.js')
      const triggered = await triggerByCommand(guard, {job, waits: false, json: true, print: () => undefined})
      guard.log(`serve: ${job} is triggered`)
      return triggered
    },
    startScheduler: async () => {
      const guard = await changing()
      const {startSchedulerDaemon} = await import('../scheduler/scheduler.js')
      const started = await startSchedulerDaemon(guard)
      guard.log(`serve: the scheduler is to run, pid ${started.pid}`)
      return startedToJson(started)
    },
    stopScheduler: async () => {
      const guard = await changing()
      const {stopSchedulerDaemon} = await import('../scheduler/scheduler.js')
      guard.log('serve: the scheduler is to stop')
      return stoppedToJson(await stopSchedulerDaemon(guard, {jobs: false}))
    },
    addSilence: async ({job, class: failureClass, group, reason, ...wanted}) => {
      const guard = await changing()
      const mask = settingsMask(guard)
      const pattern = {job, class: failureClass, group}
      const silence = addSilence(wireSilences(guard), {...wanted, ...pattern, reason: mask(reason)})
      guard.log(`serve: silence ${silence.id} added by ${JSON.stringify(silence.owner)}`)
      return silenceToJson(silence)
    },
    removeSilence: async (id) => {
      const guard = await changing()
      const silence = removeSilence(wireSilences(guard), id)
      guard.log(`serve: silence ${silence.id} removed`)
      return silenceToJson(silence)
    },
    resetBreaker: async (target) => resetBreaker(await changing(), target),
    selfHeal: async () => {
      const guard = await changing()
      const {recoverAndWatch} = await import('../../watchdog/run-watchdog.js')
      guard.log('serve: a round of the watchdog is asked for')
      return recoverAndWatch(guard)
    },
  }
}

/** Throws GuardError `usage` for a target that is neither on record nor in the settings. */
function resetBreaker(guard: Guard, target: string): object {
  const deps = wireKnownBreaker(guard, target)
  resetByHand(deps, target)
  guard.log(`serve: breaker ${target} is reset`)
  return {target, state: 'closed'}
}
