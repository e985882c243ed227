import {batch, computed, type ReadonlySignal, type Signal, signal} from '@preact/signals'
import type {JobState} from '../../../domain/diagnose/job-status.js'
import type {JobJson, JobsJson} from '../json.js'
import {setServerTime} from './clock.js'

/** One signal for each job: an event about one job touches one row. */
const rows = new Map<string, Signal<JobJson>>()
const sorted = signal<readonly JobJson[]>([])

/** When the server made what is shown; undefined before the first answer. */
export const listedAt = signal<string | undefined>(undefined)
/** Why no job of the settings runs. */
export const settingsProblem = signal<string | undefined>(undefined)

/** @returns undefined of a job that is not in the list */
export function jobSignal(name: string): ReadonlySignal<JobJson> | undefined {
  return rows.get(name)
}

export function takeJobs({at, settingsProblem: problem, jobs}: JobsJson): void {
  batch(() => {
    setServerTime(at)
    const kept = new Set(jobs.map(({job}) => job))
    for (const name of rows.keys()) if (!kept.has(name)) rows.delete(name)
    for (const job of jobs) put(job)
    sorted.value = Array.from(rows.values(), (row) => row.peek()).sort(byUrgency)
    listedAt.value = at
    settingsProblem.value = problem
  })
}

/** The others keep their order: to sort a thousand jobs for one event would take longer than to show it. */
export function takeJob(job: JobJson): void {
  batch(() => {
    if (!put(job)) return
    const others = without(job.job)
    others.splice(placeOf(job, others), 0, job)
    sorted.value = others
  })
}

/** Where a job belongs among sorted ones, by halves. */
function placeOf(job: JobJson, others: readonly JobJson[]): number {
  let [from, to] = [0, others.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (byUrgency(others[middle] ?? job, job) < 0) from = middle + 1
    else to = middle
  }
  return from
}

function without(name: string): JobJson[] {
  return sorted.peek().filter(({job}) => job !== name)
}

/** @returns whether anything is new */
function put(job: JobJson): boolean {
  const row = rows.get(job.job)
  if (row && inSeconds(row.peek()) === inSeconds(job)) return false
  if (row) row.value = job
  else rows.set(job.job, signal(job))
  return true
}

/** Times that are reckoned from the uptime differ by a millisecond from answer to answer. */
function inSeconds(job: JobJson): string {
  return JSON.stringify(job).replaceAll(/\.\d{3}Z/g, 'Z')
}

export function dropJob(name: string): void {
  if (rows.delete(name)) sorted.value = without(name)
}

/** The states as people count them: what hangs or is stalled has failed for them. */
export const groups = ['failing', 'missed', 'degraded', 'running', 'healthy', 'unknown', 'silenced'] as const
export type StateGroup = (typeof groups)[number]

export function groupOf(state: JobState): StateGroup {
  return state === 'hung' || state === 'stalled' ? 'failing' : state
}

/** By urgency, as `guard status` lists them: those in trouble first, then the newest. */
export const sortedJobs: ReadonlySignal<readonly JobJson[]> = sorted

const rankOf = new Map(groups.map((group, rank) => [group, rank]))

function byUrgency(one: JobJson, other: JobJson): number {
  const byState = (rankOf.get(groupOf(one.state)) ?? 0) - (rankOf.get(groupOf(other.state)) ?? 0)
  if (byState !== 0) return byState
  const [newest, otherNewest] = [newestOf(one), newestOf(other)]
  if (newest !== otherNewest) return newest < otherNewest ? 1 : -1
  return one.job < other.job ? -1 : 1
}

/** Texts of one form sort as the times that they name. */
function newestOf({runningSince, lastEndedAt}: JobJson): string {
  return runningSince ?? lastEndedAt ?? ''
}

export const counts: ReadonlySignal<ReadonlyMap<StateGroup, number>> = computed(() => {
  const found = new Map<StateGroup, number>()
  for (const {state} of sortedJobs.value) found.set(groupOf(state), (found.get(groupOf(state)) ?? 0) + 1)
  return found
})

/** How many need a person. */
export const needing = computed(() => (counts.value.get('failing') ?? 0) + (counts.value.get('missed') ?? 0))
