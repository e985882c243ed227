import type {ProcessRef} from '../../domain/clock/process-ref.js'
import type {Leases} from '../../domain/lease/lease.js'
import type {Journal} from '../../journal/journal.js'
import type {LeaseRequest} from '../lease/lease.js'

/** The lease of the process that sends; one at a time sends. */
const delivererLease = 'guard-deliverer'

/** Renewed every third of it; a deliverer that was killed is replaced at once, since its process is gone. */
const ttlMs = 60_000

/** Marks a holder that ends once it has sent what is due now. */
const once = ':once'

interface Deliverer {
  readonly holder: string
  readonly process: ProcessRef | undefined
  /** Whether it waits for what is due later. */
  readonly stays: boolean
  readonly signal: AbortSignal
}

/**
 * A deliverer that stays leaves the work to another one that stays. It waits for one that does not, because that one
 * leaves undone what is due later.
 */
export function delivererRequest(
  leases: Pick<Journal<Leases>, 'read'>,
  {holder, process, stays, signal}: Deliverer,
): LeaseRequest {
  const isWanted = () => {
    const lease = leases.read().byJob.get(delivererLease)
    return !signal.aborted && (lease?.released !== undefined || lease?.holder.endsWith(once) === true)
  }
  const request = {job: delivererLease, ttlMs, process, isWanted}
  return stays
    ? {...request, holder, waitMs: Number.POSITIVE_INFINITY}
    : {...request, holder: `${holder}${once}`, waitMs: 0}
}
