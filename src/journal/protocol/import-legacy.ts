import {close, create, link, read, type Step, syncFolders} from './files.js'
import {lineAround, parseLine} from './lines.js'
import {generationName, stableName} from './names.js'

const newline = 10

/** Enough for the head of a snapshot line with its generation. */
const headBytes = 1024 * 1024

/**
 * Makes the first generation: a second name for the file with the stable name, which may hold lines of other programs
 * already, or a whole generation whose folder was removed. Nobody's line can be lost: only a name is added.
 */
export function* adopt(journal: string): Step<void> {
  const file = yield* create(stableName(journal))
  const head = yield* read(file, 0, headBytes)
  yield* close(file)
  yield* link(stableName(journal), generationName(journal, generationIn(head)))
  yield* syncFolders()
}

/** The generation that the snapshot in the first line belongs to; 1 when there is none. */
function generationIn(head: Buffer): number {
  const record = head.includes(newline) ? parseLine(lineAround(head, 0).text) : undefined
  const generation = record?.['kind'] === 'snapshot' ? record['generation'] : undefined
  return Number.isInteger(generation) && (generation as number) > 0 ? (generation as number) : 1
}
