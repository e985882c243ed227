import {close, create, link, read, type Step, syncFolders} from './files.js'
import {lineAround, parseLine} from './lines.js'
import {generationName, stableName} from './names.js'

const newline = 10

/** Enough for the first line, if it is a snapshot. */
const headBytes = 1024 * 1024

/**
 * Makes the first generation: a second name for the file with the stable name. That file may already hold lines of
 * other programs, or a whole generation whose folder was removed. No line can be lost, because only a name is added.
 */
export function* importLegacy(journal: string): Step<void> {
  const file = yield* create(stableName(journal))
  const head = yield* read(file, 0, headBytes)
  yield* close(file)
  yield* link(stableName(journal), generationName(journal, generationIn(head)))
  yield* syncFolders()
}

/** The generation of the snapshot in the first line; 1 if there is none. */
function generationIn(head: Buffer): number {
  const record = head.includes(newline) ? parseLine(lineAround(head, 0).text) : undefined
  const generation = record?.['kind'] === 'snapshot' ? record['generation'] : undefined
  return Number.isInteger(generation) && (generation as number) > 0 ? (generation as number) : 1
}
