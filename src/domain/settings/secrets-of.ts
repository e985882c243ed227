import type {ChannelSettings} from './alerting.js'
import type {JobSettings} from './job.js'
import type {TextOrSecret} from './secret.js'
import type {ServiceSettings} from './service.js'
import type {Settings} from './settings.js'

/** Every secret that a run of a job, or guard around it, can come to know: what may stand in outputs and answers. */
export function secretsOf(
  {services, channels, openclaw}: Pick<Settings, 'services' | 'channels' | 'openclaw'>,
  {env}: Pick<JobSettings, 'env'>,
): readonly TextOrSecret[] {
  const parts = [...Object.values(services), ...Object.values(channels)].flatMap(secretKeysOf)
  return [...Object.values(env), ...Object.values(openclaw?.env ?? {}), ...parts]
}

const keys = ['token', 'url', 'password', 'routingKey', 'proxy'] as const

function secretKeysOf(part: ServiceSettings | ChannelSettings): readonly TextOrSecret[] {
  const all: Readonly<Record<string, unknown>> = {...part}
  const own = keys.flatMap((key) => (all[key] as TextOrSecret | undefined) ?? [])
  if (!('type' in part) || part.type !== 'webhook') return own
  return [...own, ...Object.values(part.headers), ...part.secrets]
}
