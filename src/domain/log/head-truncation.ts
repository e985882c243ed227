/**
 * The head of a log that grows too large while its job runs is moved to an older file (`.1`); the log keeps its name and
 * inode. So offsets in a log are counted from the first byte ever written to it: a truncation changes none of them.
 */
export interface HeadTruncation {
  /** The log that lost its head, and where that head began in it. */
  readonly inode: number
  readonly at: number
  readonly bytes: number
  /** Inode of the file that has the head now; 0 if it was not kept. */
  readonly piece: number
  /** Wall clock, ms: a file made later with the piece's inode is another file. */
  readonly cutAt: number
}

export interface LogStretch {
  readonly inode: number
  readonly from: number
  /** Absent if it reaches to the end. */
  readonly to?: number
}

/** A stretch of a file, counted from its beginning. */
interface FileStretch extends LogStretch {
  /** By when the file with this inode had been made; undefined for the log itself. */
  readonly madeBy?: number
}

/** How much of a log has been truncated so far, which is the offset of its first byte now. */
export function truncationEnd(cuts: readonly HeadTruncation[], inode: number): number {
  return cuts.reduce((end, cut) => (cut.inode === inode ? Math.max(end, cut.at + cut.bytes) : end), 0)
}

/** The files in which a stretch of a log stands, in order. What was not kept is left out. */
export function filesOfStretch(cuts: readonly HeadTruncation[], {inode, from, to}: LogStretch): readonly FileStretch[] {
  const pieces = cuts.flatMap((cut): FileStretch[] => {
    const [first, last] = [Math.max(from, cut.at), Math.min(to ?? Number.POSITIVE_INFINITY, cut.at + cut.bytes)]
    if (cut.inode !== inode || cut.piece === 0 || first >= last) return []
    return [{inode: cut.piece, from: first - cut.at, to: last - cut.at, madeBy: cut.cutAt}]
  })
  const begin = truncationEnd(cuts, inode)
  if (from < begin && to !== undefined && to <= begin) return pieces
  return [...pieces, {inode, from: Math.max(from - begin, 0), ...(to !== undefined && {to: to - begin})}]
}

/** Reads the list of truncations beside a log; one that cannot be read counts as empty. */
export function parseTruncations(text: string): readonly HeadTruncation[] {
  try {
    const cuts: unknown = JSON.parse(text.slice(text.indexOf('[')))
    return Array.isArray(cuts) ? cuts.filter(isCut) : []
  } catch {
    return []
  }
}

const fields = ['inode', 'at', 'bytes', 'piece', 'cutAt'] as const

function isCut(value: unknown): value is HeadTruncation {
  return typeof value === 'object' && value !== null && fields.every((name) => isCount((value as HeadTruncation)[name]))
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0
}
