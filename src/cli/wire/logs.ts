import {findStretches} from '../../system/log/files.js'
import type {LogDeps} from '../../usecases/history/read-log.js'
import type {Guard} from '../guard.js'

/** What the use cases of logs need. */
export function logDeps(guard: Guard): LogDeps {
  return {runs: guard.runs(), findStretches}
}
