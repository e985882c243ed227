import type {JobJson, JobsJson} from '../json.js'
import {loadDetail} from './detail.js'
import type {ChangedEvent} from './event-stream.js'
import {dropJob, takeJob, takeJobs} from './jobs.js'
import {loadHealth, loadIncidents, loadSession, loadUpcoming} from './machine.js'
import {ask, RefusedError} from './request.js'
import {chosenJob} from './route.js'

/** Asks for all that is shown. Throws if the jobs or the session cannot be had; the rest stays as it was then. */
export async function refreshAll(): Promise<void> {
  await loadSession()
  await refreshShown()
}

/** The same without the session. */
export async function refreshShown(): Promise<void> {
  takeJobs(await ask<JobsJson>('jobs'))
  const name = chosenJob.peek()
  await Promise.allSettled([
    loadIncidents(),
    loadUpcoming(),
    loadHealth(),
    ...(name === undefined ? [] : [loadDetail(name)]),
  ])
}

/** What the incidents and the checks of the machine rest on. */
const watched = ['incidents', 'deliveries', 'scheduler']

/** With more changed jobs than these the list is asked for instead. */
const mostJobs = 6
/** What a run writes comes in several events. */
const gatherMs = 150

/** Gathers events for a moment, then asks for what they name. */
export class ChangeGatherer {
  readonly #jobs = new Set<string>()
  readonly #journals = new Set<string>()
  #isOfAnyJob = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #work: Promise<void> = Promise.resolve()

  readonly #onFailure: () => void

  /** @param onFailure of an answer that did not come */
  constructor(onFailure: () => void) {
    this.#onFailure = onFailure
  }

  add({journals, jobs}: ChangedEvent): void {
    if (!jobs) this.#isOfAnyJob = true
    for (const job of jobs ?? []) this.#jobs.add(job)
    for (const journal of journals) this.#journals.add(journal)
    this.#timer ??= setTimeout(() => {
      // One after the other, so that no older answer replaces a newer one.
      this.#work = this.#work.then(() => this.#flush())
    }, gatherMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#isOfAnyJob = false
    this.#jobs.clear()
    this.#journals.clear()
  }

  async #flush(): Promise<void> {
    const [jobs, journals] = [[...this.#jobs], new Set(this.#journals)]
    const isList = this.#isOfAnyJob || jobs.length === 0 || jobs.length > mostJobs
    this.stop()
    try {
      await Promise.all([
        isList ? refreshJobs() : Promise.all(jobs.map(refreshJob)),
        ...(watched.some((journal) => journals.has(journal)) ? [loadIncidents(), loadHealth()] : []),
        ...(journals.has('runs') ? [loadUpcoming()] : []),
      ])
    } catch {
      this.#onFailure()
    }
  }
}

async function refreshJobs(): Promise<void> {
  takeJobs(await ask<JobsJson>('jobs'))
  const name = chosenJob.peek()
  if (name !== undefined) await loadDetail(name)
}

async function refreshJob(name: string): Promise<void> {
  if (name === chosenJob.peek()) return loadDetail(name)
  try {
    takeJob(await ask<JobJson>(`jobs/${encodeURIComponent(name)}`))
  } catch (error) {
    if (!(error instanceof RefusedError) || error.status !== 404) throw error
    dropJob(name)
  }
}
