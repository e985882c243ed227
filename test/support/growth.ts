/** Characters of the smaller of the two texts, and how much longer the other one is. */
const [defaultLength, factor] = [256 * 1024, 4]

/** What is quadratic takes 16 times as long for four times as much. */
export const linear = factor * 2.5

/** A hundred times what the smaller text takes; after this the larger one would not end. Milliseconds. */
const hopelessMs = 3000

/** Shorter times are those of what is compiled and collected meanwhile. Milliseconds. */
export const leastMs = 20

const tries = 6

/**
 * How many times as long a text takes that is four times as long, so that the speed of the machine does not matter: in
 * time of the processor, and of the best of several tries, since other programs run meanwhile.
 */
export function growth(work: (text: string) => unknown, textOf: (length: number) => string, length = defaultLength) {
  const [small, large] = [textOf(length), textOf(length * factor)]
  let [smallMs, largeMs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let left = tries; left > 0; left--) {
    smallMs = Math.min(smallMs, timeOf(work, small))
    if (smallMs > hopelessMs) return Number.POSITIVE_INFINITY
    largeMs = Math.min(largeMs, timeOf(work, large))
    if (largeMs < linear * Math.max(smallMs, leastMs) || largeMs > linear * hopelessMs) break
  }
  return largeMs / Math.max(smallMs, leastMs)
}

function timeOf(work: (text: string) => unknown, text: string): number {
  const begun = process.cpuUsage()
  work(text)
  const {user, system} = process.cpuUsage(begun)
  return (user + system) / 1000
}

/** The piece again and again, up to this length. */
export function repeated(piece: string): (length: number) => string {
  return (length) => piece.repeat(Math.ceil(length / piece.length)).slice(0, length)
}
