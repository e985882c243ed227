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
  isUsable: (next: G) => boolean = () => true,
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
    if (settings === known || !isUsable(next)) return guard
    known = settings
    guard = next
    guard.ensureState()
    return guard
  }
}

/** Settings that cannot be used as a whole name neither jobs nor, perhaps, the state directory. */
export function hasUsableSettings({settings}: Pick<Guard, 'settings'>): boolean {
  return settings.wrong?.refusal === undefined
}
