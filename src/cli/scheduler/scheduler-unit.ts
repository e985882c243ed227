import {userInfo} from 'node:os'
import {processComposeEntry, type ServicePlan, systemdUnit} from '../../domain/scheduler/service-unit.js'
import {isStandalone, programFile} from '../../system/host/program.js'
import type {Guard} from '../guard.js'
import {placeArgs, settingsFolder} from '../settings/place-args.js'
import {refuseUseless} from '../wire/scheduler/scheduler.js'

/** Throws GuardError `config` if there is nothing to schedule. */
export function schedulerUnit(guard: Guard, manager: 'systemd' | 'process-compose'): string {
  refuseUseless(guard)
  const {PATH = '/usr/local/bin:/usr/bin:/bin', HOME, TZ} = process.env
  const plan: ServicePlan = {
    argv: [programFile(), 'scheduler', 'run', ...placeArgs(guard)],
    folder: settingsFolder(guard),
    env: {
      PATH,
      ...(HOME && {HOME}),
      ...(TZ && {TZ}),
      ...(!isStandalone && {GUARD_NODE: process.execPath}),
    },
    user: process.geteuid?.() === 0 ? undefined : userInfo().username,
  }
  return manager === 'systemd' ? systemdUnit(plan) : processComposeEntry(plan)
}
