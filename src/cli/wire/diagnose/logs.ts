import {secretsOf} from '../../../domain/settings/secrets-of.js'
import {settingsOfJob} from '../../../domain/settings/settings.js'
import {readSecrets} from '../../../system/host/secret-mask.js'
import {findStretches, hasRotated} from '../../../system/log/files.js'
import type {LogDeps} from '../../../usecases/history/read-log.js'
import type {Guard} from '../../guard.js'

/** What the use cases of logs need. */
export function logDeps(guard: Guard): LogDeps {
  return {runs: guard.runs(), findStretches, hasRotated}
}

/** The values that are masked where the log of a job is shown. */
export function logSecrets({settings}: Pick<Guard, 'settings'>, job: string): readonly string[] {
  return readSecrets(secretsOf(settings, settingsOfJob(settings, job)))
}
