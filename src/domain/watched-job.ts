import type {OutputSettings} from './job-settings.js'
import type {Limits} from './watchdog-facts.js'

/** A job as the watchdog is told to look after it. */
export interface WatchedJob {
  readonly name: string
  readonly schedule: string | undefined
  readonly timezone: string | undefined
  readonly outputs: readonly OutputSettings[]
  /** Folder of the outputs' patterns. */
  readonly dir: string | undefined
  readonly limits: Limits
  readonly openclawId: string | undefined
}

/** All of it that many jobs may have in common. */
export type WatchedWay = Omit<WatchedJob, 'name'>

/**
 * Thousands of jobs are watched in a few ways, and each way stands here once: ten thousand jobs are read and passed by
 * without an object for each.
 */
export interface WatchedJobs {
  readonly ways: readonly WatchedWay[]
  readonly names: readonly string[]
  /** For each name the index of its way. */
  readonly wayOf: readonly number[]
}

export function gatherJobs(jobs: readonly WatchedJob[]): WatchedJobs {
  const indexes = new Map<string, number>()
  const ways: WatchedWay[] = []
  const wayOf = jobs.map(({name: _, ...way}) => {
    const text = JSON.stringify(way)
    // As the settings' cache gives it back: JSON leaves out what is undefined.
    const index = indexes.get(text) ?? ways.push(JSON.parse(text) as WatchedWay) - 1
    indexes.set(text, index)
    return index
  })
  return {ways, names: jobs.map(({name}) => name), wayOf}
}

/** The same with one job more. */
export function withJob({ways, names, wayOf}: WatchedJobs, {name, ...way}: WatchedJob): WatchedJobs {
  return {ways: [...ways, way], names: [...names, name], wayOf: [...wayOf, ways.length]}
}

export function jobAt({ways, names, wayOf}: WatchedJobs, index: number): WatchedJob {
  const {schedule, timezone, outputs, dir, limits, openclawId} = ways[wayOf[index] as number] as WatchedWay
  return {name: names[index] as string, schedule, timezone, outputs, dir, limits, openclawId}
}

/** Changes when the job is to do something else than before: what it has not done yet is then no reproach. */
export function watchedAs(job: WatchedWay): string {
  let as = known.get(job)
  if (as === undefined) {
    as = describe(job)
    known.set(job, as)
  }
  return as
}

/** Asked twice of each job in each round, and always the same. */
const known = new WeakMap<WatchedWay, string>()

function describe({schedule, timezone, outputs, limits}: WatchedWay): string {
  const what = outputs.length === 0 ? '' : JSON.stringify(outputs.map(({files, maxAgeMs}) => [files, maxAgeMs]))
  return `${schedule ?? '-'} ${timezone ?? '-'} ${limits.graceMs}${what}`
}
