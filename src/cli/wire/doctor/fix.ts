import {existsSync} from 'node:fs'
import {closeToOthers, oddFiles} from '../../../system/host/own-modes.js'
import {removeLogs} from '../../../system/log/expired.js'
import type {FixDeps} from '../../../usecases/diagnose/doctor/fix.js'
import {clearLocks, listLocks} from '../../../usecases/recovery/clear-locks.js'
import type {Guard} from '../../guard.js'
import {allJournals} from '../journals.js'
import {locksOfSettings, wireLocks} from '../locks.js'
import {expiredLogsOf} from './machine.js'

/** Wires `guard doctor --fix`. */
export function wireFix(guard: Guard, job: string | undefined): FixDeps {
  return {
    sharedFiles: () =>
      oddFiles(guard.stateDir, guard.logDir)
        .filter(({odd}) => odd === 'shared')
        .map(({path}) => path),
    closeToOthers,
    expiredLogs: () => expiredLogsOf(guard),
    removeLogs,
    journals: existsSync(guard.stateDir) ? allJournals(guard) : [],
    clearLocks: async () => {
      const searches = locksOfSettings(guard, job)
      const {locks} = await listLocks(wireLocks(guard), searches)
      if (!locks.some(({verdict}) => verdict === 'stale')) return {locks, unreadable: [], cleared: []}
      guard.ensureState()
      return clearLocks(wireLocks(guard), searches, 'proof')
    },
  }
}
