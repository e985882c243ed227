import type {ChannelSettings} from './alerting.js'
import type {JobSettings} from './job.js'
import type {TextOrSecret} from './secret.js'
import type {ServiceSettings} from './service.js'
import type {Settings} from './settings.js'

/** Every secret that a run of a job, or guard around it, can come to know: what may stand in outputs and answers. */
export function secretsOf(
  {services, channels, openclaw, fleet}: Pick<Settings, 'services' | 'channels' | 'openclaw' | 'fleet'>,
  {env}: Pick<JobSettings, 'env'>,
): readonly TextOrSecret[] {
  const parts = [...Object.values(services), ...Object.values(channels)].flatMap(secretKeysOf)
  return [...Object.values(env), ...Object.values(openclaw?.env ?? {}), ...(fleet ? [fleet.postgres] : []), ...parts]
}

/** Every secret of the settings: what may stand in texts that are of no job. */
export function allSecretsOf(
  settings: Pick<Settings, 'services' | 'channels' | 'openclaw' | 'fleet' | 'defaults' | 'jobs'>,
): readonly TextOrSecret[] {
  const ofJobs = Object.values(settings.jobs).flatMap(({env}) => Object.values(env))
  return [...secretsOf(settings, settings.defaults), ...ofJobs]
}

const keys = ['token', 'url', 'password', 'routingKey', 'proxy'] as const

function secretKeysOf(part: ServiceSettings | ChannelSettings): readonly TextOrSecret[] {
  const all: Readonly<Record<string, unknown>> = {...part}
  const own = keys.flatMap((key) => (all[key] as TextOrSecret | undefined) ?? [])
  if (!('type' in part) || part.type !== 'webhook') return own
  return [...own, ...Object.values(part.headers), ...part.secrets]
}
