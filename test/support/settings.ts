import type {ServiceSettings} from '../../src/domain/settings/service.js'

type Common = Pick<ServiceSettings, 'timeoutMs' | 'upWithinMs' | 'stayUpMs' | 'budget'>

/** What every service has, with limits that a test can wait for. */
export const quickService: Common = {
  timeoutMs: 20_000,
  upWithinMs: 30_000,
  stayUpMs: 1000,
  budget: {recoveries: 3, perMs: 1_800_000},
}
