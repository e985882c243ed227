import type {ClockReading} from '../../src/domain/clock/reading.js'
import type {Lease} from '../../src/domain/lease/lease.js'

/** The time at which `leaseOf` claims its leases. */
export const leaseNow: ClockReading = {at: 6_000_000, mono: 3_000_000, boot: 'boot-1', host: 'host-1'}

/** A lease of a minute that was claimed at `leaseNow`, except for the differing fields. */
export function leaseOf(job: string, differing: Partial<Lease> = {}): Lease {
  const {at, mono, boot, host} = leaseNow
  const ttlMs = 60_000
  const times = {claimedAt: at, claimedMono: mono, seenAt: at, expiresAt: at + ttlMs, expiresMono: mono + ttlMs}
  return {job, holder: 'h', token: 1, claimId: 'c', ttlMs, ...times, boot, host, ...differing}
}
