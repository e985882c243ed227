import {maskRedacted} from '../../../domain/failure/mask-values.js'
import type {JobSettings} from '../../../domain/settings/job.js'
import {secretsOf} from '../../../domain/settings/secrets-of.js'
import type {Settings} from '../../../domain/settings/settings.js'
import {secretMask} from '../../../system/host/secret-mask.js'

/** Masks the secrets that a job can know in what was read from its output. They are read with the first text. */
export function evidenceMask(settings: Settings, job: Pick<JobSettings, 'env'>): (text: string) => string {
  return secretMask(secretsOf(settings, job), maskRedacted)
}
