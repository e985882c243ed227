import {StoreFault} from '../../../domain/fleet/store-fault.js'
import {parseStoreUrl} from '../../../domain/fleet/store-url.js'
import type {FleetSettings} from '../../../domain/settings/fleet.js'
import {GuardError} from '../../../errors.js'
import {alertStream, fleetStream} from '../../../journal/failure-streams.js'
import {readBootRef, readHostName} from '../../../system/host/host.js'
import {resolveSecret} from '../../../system/host/secret.js'
import {livingProcessOf} from '../../../system/process/holder-liveness.js'
import {identifyProcess} from '../../../system/process/identity.js'
import type {FleetDeps} from '../../../usecases/fleet/fleet-deps.js'
import type {FleetStore} from '../../../usecases/fleet/store.js'
import {tellTrouble} from '../../../usecases/fleet/tell-trouble.js'
import type {Guard} from '../../guard.js'

/** The store's settings. Throws GuardError `config` if there are none, or they are wrong. */
export function fleetSettings({settings}: Pick<Guard, 'settings'>): FleetSettings {
  const {fleet, wrong, file} = settings
  if (fleet) return fleet
  if (wrong?.fleet !== undefined)
    throw new GuardError(
      'config',
      `the store of the fleet is not known, because its settings are wrong: ${wrong.fleet}`,
      [`correct it in ${file}, and check it: guard config check`],
    )
  throw new GuardError('config', 'there is no store of a fleet in the settings', [
    'add it: fleet: {postgres: {env: GUARD_FLEET_URL}}',
    'check the settings: guard config check',
  ])
}

/** The address of the store, a secret. Throws GuardError `config` if it cannot be read, or is wrong. */
export function readFleetUrl(guard: Pick<Guard, 'settings'>): string {
  const url = resolveSecret(fleetSettings(guard).postgres, 'fleet.postgres')
  parseStoreUrl(url)
  return url
}

interface FleetAsked {
  /** Whether the state directory can be used. */
  readonly usable: boolean
  readonly warn: (text: string) => void
  /** Called when this process has raised an alert. */
  readonly onNews?: () => void
  /** An address that cannot be used is the store's answer, and so is recorded and told; else it is thrown. */
  readonly recordsAddress?: boolean
  /** A lease of this machine that the job had before; the one that it has now, of which the store knows nothing, is above it. */
  readonly machineLease: (job: string) => {readonly token: number; readonly holder: string} | undefined
}

/** What the use cases of the fleet need. Rejects with GuardError `config` if the store cannot be named. */
export async function wireFleet(
  guard: Guard,
  {usable, warn, machineLease, onNews, recordsAddress = false}: FleetAsked,
): Promise<FleetDeps> {
  const {host = readHostName(), waitMs} = fleetSettings(guard)
  const store = await openStore(guard, recordsAddress)
  const known = usable ? guard.journal(fleetStream) : undefined
  const machineFloor = (job: string) => {
    if (!known) return 0
    const lease = machineLease(job)
    // The lease under which a run of the fleet waited for it: its token was given to no job.
    const isOfFleet = lease?.holder === known.read().jobs.get(job)?.claimId
    return Math.max(guard.runs().read().get(job)?.token ?? 0, isOfFleet ? 0 : (lease?.token ?? 0))
  }
  const here = readBootRef()
  return {
    clock: guard.clock,
    random: Math.random,
    store,
    known,
    runs: usable ? guard.runs() : undefined,
    self: identifyProcess(process.pid),
    livingProcessOf: (holder) => livingProcessOf(holder, here),
    host,
    waitMs,
    machineFloor,
    raiseMachine: (job, token) => {
      if (!known) return
      if (token > guard.leases().read().grants) guard.leases().append({kind: 'raised', job, above: token}, 'durable')
    },
    tell: usable ? tellOf(guard, onNews) : () => undefined,
    warn,
  }
}

/** @param onNews called when this process has raised an alert */
export function tellOf(guard: Guard, onNews?: () => void): FleetDeps['tell'] {
  return (trouble, is) => {
    if (tellTrouble({...guard, alerts: guard.journal(alertStream)}, trouble, is)) onNews?.()
  }
}

async function openStore(guard: Guard, recordsAddress: boolean): Promise<FleetStore> {
  const {timeoutMs} = fleetSettings(guard)
  let url: string
  try {
    url = readFleetUrl(guard)
  } catch (error) {
    if (!recordsAddress || !(error instanceof GuardError)) throw error
    const fail = async () => {
      throw new StoreFault('unaddressed', error.message, error.hints, {cause: error})
    }
    return {acquire: fail, renew: fail, release: fail, check: fail, list: fail}
  }
  // Loaded late: a refusal needs no driver.
  return (await import('../../../system/fleet/postgres-store.js')).openPostgresStore({url, timeoutMs})
}
