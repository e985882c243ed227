import type {Guard} from '../guard.js'

/** The settings are looked at again after so long: opening anew would read all journals from their beginning. */
const settledMs = 1000

type Opened = Pick<Guard, 'settings' | 'clock' | 'ensureState'>

/**
 * For a process that stays: the same guard while the settings are the same, else a new one.
 *
 * @param isUsable otherwise the former settings stay
 */
export function freshGuard<G extends Opened>(
  first: G,
  openGuard: () => Promise<G>,
  isUsable: (next: G, former: G) => boolean = () => true,
): () => Promise<G> {
  let guard = first
  let known = JSON.stringify(first.settings)
  let lookedAt = first.clock.mono()
  return async () => {
    const now = guard.clock.mono()
    if (now - lookedAt < settledMs) return guard
    lookedAt = now
    const next = await openGuard()
    const settings = JSON.stringify(next.settings)
    if (settings === known || !isUsable(next, guard)) return guard
    known = settings
    guard = next
    guard.ensureState()
    return guard
  }
}

/** Where a file is broken or gone, nothing says which jobs there are and, perhaps, where the state directory is. */
export function hasUsableSettings({settings}: Pick<Guard, 'settings'>, former: Pick<Guard, 'settings'>): boolean {
  const isGone = settings.file === undefined && former.settings.file !== undefined
  return settings.wrong?.refusal === undefined && !isGone
}
