/** Shorter beginnings of an id are refused: of a few characters one is soon unique by chance. */
const shortestIdPrefix = 4

/**
 * The item whose id is `wanted`, or the only one whose id begins so.
 *
 * @returns undefined if there is none, and `ambiguous` if there are several
 */
export function findById<Item extends {readonly id: string}>(
  items: readonly Item[],
  wanted: string,
): Item | 'ambiguous' | undefined {
  // Lines of other programs have no id.
  const exact = wanted === '' ? undefined : items.find(({id}) => id === wanted)
  if (exact || wanted.length < shortestIdPrefix) return exact
  const [first, ...others] = items.filter(({id}) => id.startsWith(wanted))
  return others.length > 0 ? 'ambiguous' : first
}

/** What to do about an id that nothing has, beside looking at those that there are. */
export function shortIdHints(wanted: string): readonly string[] {
  return wanted.length < shortestIdPrefix ? [`write at least ${shortestIdPrefix} characters of the id`] : []
}
