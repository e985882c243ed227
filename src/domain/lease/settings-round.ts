import {type BootRef, bootRefOf} from '../clock/process-ref.js'
import {isTime, type RawRecord} from '../journal/record.js'

/** By which settings a round is made. */
export interface RoundSettings {
  /** Empty if there is no settings file. */
  readonly settingsFile: string
  /** Time without a round after which it is late by its own settings, ms. */
  readonly lateAfterMs: number
}

/** By which settings the holder of a lease works: the watchdogs of all settings files share one lease. */
export interface HolderSettings extends RoundSettings {
  /** Whether its rounds send what is due; without channels they do not. */
  readonly sends: boolean
}

/** The last lease of a holder with such settings. */
export interface SettingsRound extends HolderSettings, Seen {}

/** When a lease was last seen. */
interface Seen extends BootRef {
  readonly claimId: string
  readonly ttlMs: number
  readonly seenAt: number
  readonly expiresMono: number
}

/** What a lease keeps of that. */
export interface HolderRounds {
  /** Undefined for a holder whose settings do not matter, and for one of an older version. */
  readonly settings?: HolderSettings
  /** The last leases of holders with other settings, newest first. */
  readonly others?: readonly SettingsRound[]
}

/** Far more projects than a user has. */
const mostOthers = 32

/** What the lease of a new claim keeps of the rounds before it. */
export function roundsAfter(present: (HolderRounds & Seen) | undefined, claim: RawRecord): HolderRounds | undefined {
  const settings = settingsIn(claim)
  // The leases of all jobs come by here.
  if (!settings && !present?.settings && !present?.others) return undefined
  const former = present?.settings ? [{...seenOf(present), ...present.settings}] : []
  const others = [...former, ...(present?.others ?? [])]
    .filter(({settingsFile}) => settingsFile !== settings?.settingsFile)
    .slice(0, mostOthers)
  return {...(settings && {settings}), ...(others.length > 0 && {others})}
}

function settingsIn({settingsFile, lateAfterMs, sends}: RawRecord): HolderSettings | undefined {
  if (typeof settingsFile !== 'string' || !isTime(lateAfterMs)) return undefined
  return {settingsFile, lateAfterMs, sends: sends === true}
}

function seenOf({claimId, ttlMs, seenAt, expiresMono, ...place}: Seen): Seen {
  return {claimId, ttlMs, seenAt, expiresMono, ...bootRefOf(place)}
}
