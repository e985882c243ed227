import type {Plan, TrueRun} from './kind.js'
import type {Workplace} from './workplace.js'

/** One start of `guard run`, by whatever scheduler. Wall clock milliseconds. */
export interface Launch {
  readonly job: string
  readonly n: number
  plan: Plan
  readonly launchedAt: number
  exitedAt: number | undefined
}

/** One line that a job wrote about itself. */
interface Note {
  readonly what: 'start' | 'end'
  readonly n: number
  readonly at: number
  readonly runId: string
  readonly pid: number
}

export function readNotes(place: Workplace, job: string): readonly Note[] {
  const lines = place.read(`notes/${job}`).split('\n').filter(Boolean)
  return lines.map((line) => {
    const [what, n, at, runId = '', pid] = line.split(' ')
    return {what: what === 'start' ? 'start' : 'end', n: Number(n), at: Number(at), runId, pid: Number(pid)}
  })
}

/** What really happened to one job, in the order of its starts. */
export function trueRuns(place: Workplace, job: string, launches: readonly Launch[]): readonly TrueRun[] {
  const notes = readNotes(place, job)
  return launches
    .filter((launch) => launch.job === job)
    .map(({n, plan, launchedAt, exitedAt}) => {
      const own = notes.filter((note) => note.n === n)
      const first = own.find(({what}) => what === 'start')
      const last = own.findLast(({what}) => what === 'end')
      return {n, plan, launchedAt, exitedAt, startedAt: first?.at, endedAt: last?.at, runId: first?.runId}
    })
}
