import type {Change, ChangeFeed} from '../../../http/event-streams.js'
import {type JournalPosition, journalPositions, recordsBetween} from '../../../journal/position.js'
import {watchFolders} from '../../../system/host/watch-folders.js'

/** With more jobs, an event does not name them. */
const mostJobs = 100

/** Wires the events of the HTTP API to the journals of a state directory. */
export function changeFeed(dir: string): ChangeFeed {
  return {
    position: () => textOf(journalPositions(dir)),
    changesSince: (position) => changesBetween(dir, parsePositions(position), journalPositions(dir)),
    watch: (changed) => watchFolders([dir, `${dir}/.gen`], changed),
  }
}

type Positions = ReadonlyMap<string, JournalPosition>

function changesBetween(dir: string, from: Positions, to: Positions): Change {
  const journals = [...new Set([...from.keys(), ...to.keys()])].filter(
    (journal) => placeText(from.get(journal)) !== placeText(to.get(journal)),
  )
  const jobs = new Set<string>()
  for (const journal of journals) {
    const end = to.get(journal)
    const records = end && recordsBetween(dir, journal, from.get(journal), end)
    if (!records) return {journals}
    for (const {job} of records) if (typeof job === 'string') jobs.add(job)
    if (jobs.size > mostJobs) return {journals}
  }
  return {journals, jobs: [...jobs]}
}

/** As `runs.3.1234,incidents.1.80`: generation and bytes of each journal. */
function textOf(positions: Positions): string {
  const parts = Array.from(positions, ([journal, place]) => `${journal}.${placeText(place)}`)
  return parts.sort().join(',')
}

function placeText(place: JournalPosition | undefined): string {
  return place ? `${place.generation}.${place.bytes}` : ''
}

function parsePositions(text: string): Positions {
  const found = new Map<string, JournalPosition>()
  for (const part of text.split(',')) {
    const [, journal, generation, bytes] = /^(\w+)\.(\d{1,9})\.(\d{1,15})$/.exec(part) ?? []
    if (journal !== undefined) found.set(journal, {generation: Number(generation), bytes: Number(bytes)})
  }
  return found
}
