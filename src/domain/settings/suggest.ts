/** The name most like `wrong`, for a suggestion. @returns undefined if none is near enough */
export function closestName(wrong: string, names: Iterable<string>): string | undefined {
  return closestNames(wrong, names)[0]
}

/** The names like `wrong`, the most like first. */
export function closestNames(wrong: string, names: Iterable<string>): readonly string[] {
  // A third of the letters may be wrong: fewer would miss typing errors, more would suggest unrelated names.
  const mostDistance = Math.floor(Math.max(wrong.length, 3) / 3)
  return [...names]
    .map((name) => ({name, distance: editDistance(wrong.toLowerCase(), name.toLowerCase())}))
    .filter(({distance}) => distance <= mostDistance)
    .sort((one, other) => one.distance - other.distance)
    .map(({name}) => name)
}

/** Optimal string alignment: letters added, dropped, changed, or two neighbours swapped. */
function editDistance(from: string, to: string): number {
  // Longer names are never near anything; this bounds the work on hostile input.
  if (Math.abs(from.length - to.length) > 20 || from.length > 128) return Number.POSITIVE_INFINITY
  let beforeLast: number[] = []
  let last = Array.from({length: to.length + 1}, (_, index) => index)
  for (let row = 1; row <= from.length; row++) {
    const line = [row]
    for (let column = 1; column <= to.length; column++) {
      const changed = from[row - 1] === to[column - 1] ? 0 : 1
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      line[column] = Math.min(
        line[column - 1]! + 1,
        last[column]! + 1,
        last[column - 1]! + changed,
        swapped ? beforeLast[column - 2]! + 1 : Number.POSITIVE_INFINITY,
      )
    }
    ;[beforeLast, last] = [last, line]
  }
  return last[to.length]!
}
