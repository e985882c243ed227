import type {ClockReading} from '../clock/reading.js'
import type {Lease} from '../lease/lease.js'
import type {HolderSettings, RoundSettings, SettingsRound} from '../lease/settings-round.js'
import {type HeartbeatState, heartbeatState} from './daemon-heartbeat.js'

/** A watchdog that has made rounds in a state directory. Each watches the jobs of its own settings. */
export interface SeenWatchdog {
  /** Its settings file, empty without one; undefined for one of an older version, which does not say. */
  readonly settingsFile: string | undefined
  readonly claimId: string
  /** Whether its rounds send what is due, by whichever settings that is told. */
  readonly sends: boolean
  readonly state: Exclude<HeartbeatState, {readonly is: 'never-used'}>
}

/**
 * All of them, the one with the last round first.
 *
 * @param own the settings of the process that asks; the other watchdogs are late by their own
 */
export function seenWatchdogs(
  lease: Lease | undefined,
  now: ClockReading,
  own: RoundSettings,
): readonly SeenWatchdog[] {
  if (!lease) return []
  const rounds: readonly (readonly [Lease | SettingsRound, HolderSettings | undefined])[] = [
    [lease, lease.settings],
    ...(lease.others ?? []).map((round) => [round, round] as const),
  ]
  return rounds.flatMap(([round, settings]) => {
    const isOwn = settings === undefined || settings.settingsFile === own.settingsFile
    const state = heartbeatState(round, now, isOwn ? own.lateAfterMs : settings.lateAfterMs)
    if (state.is === 'never-used') return []
    return [{settingsFile: settings?.settingsFile, claimId: round.claimId, sends: settings?.sends ?? true, state}]
  })
}

/** The watchdog of these settings, or the one with the last round where they have none. */
export function ownWatchdog(seen: readonly SeenWatchdog[], settingsFile: string): SeenWatchdog | undefined {
  return seen.find((one) => one.settingsFile === settingsFile) ?? seen[0]
}
