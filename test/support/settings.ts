import type {ServiceSettings} from '../../src/domain/settings/service.js'

type Common = Pick<ServiceSettings, 'timeoutMs' | 'upWithinMs' | 'stayUpMs' | 'budget'>

/** The settings that all services share, with limits that are short enough for a test. */
export const quickService: Common = {
  timeoutMs: 20_000,
  upWithinMs: 30_000,
  stayUpMs: 1000,
  budget: {recoveries: 3, perMs: 1_800_000},
}
