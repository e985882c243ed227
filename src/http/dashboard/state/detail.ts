import {batch, effect, signal} from '@preact/signals'
import type {JobPageJson, OutputJson, RunJson, RunsJson, StoryJson} from '../json.js'
import {takeJob} from './jobs.js'
import {ask, RefusedError, textOfError} from './request.js'
import {chosenJob} from './route.js'

/** All that is shown of the chosen job. Undefined is what has not come yet. */

export const page = signal<JobPageJson | undefined>(undefined)
export const story = signal<StoryJson | undefined>(undefined)
export const runs = signal<readonly RunJson[] | undefined>(undefined)
export const output = signal<OutputJson | undefined>(undefined)
export const detailProblem = signal<string | undefined>(undefined)

/** How often the output of a running job is asked for: it makes no events. */
const followEveryMs = 2000

export function followChosenJob(): void {
  effect(() => {
    const name = chosenJob.value
    batch(() => {
      page.value = undefined
      story.value = undefined
      runs.value = undefined
      output.value = undefined
      detailProblem.value = undefined
    })
    if (name !== undefined) void loadDetail(name)
  })
  setInterval(() => {
    const name = chosenJob.peek()
    if (name !== undefined && page.peek()?.runningSince !== undefined && !document.hidden) void loadOutput(name)
  }, followEveryMs)
}

/** Says what went wrong in its place and throws nothing. */
export async function loadDetail(name: string): Promise<void> {
  const path = `jobs/${encodeURIComponent(name)}`
  const isChosen = () => chosenJob.peek() === name
  try {
    const [job, why, {runs: last}] = await Promise.all([
      ask<JobPageJson>(path),
      ask<StoryJson>(`${path}/why`),
      ask<RunsJson>(`${path}/runs?limit=30`),
      loadOutput(name),
    ])
    if (!isChosen()) return
    batch(() => {
      page.value = job
      story.value = why
      runs.value = last
      detailProblem.value = undefined
      takeJob(job)
    })
  } catch (error) {
    // Without an answer the banner speaks, and what is shown stays.
    if (isChosen() && (error instanceof RefusedError || !page.peek())) detailProblem.value = textOfError(error)
  }
}

async function loadOutput(name: string): Promise<void> {
  try {
    const answer = await ask<OutputJson>(`jobs/${encodeURIComponent(name)}/output?lines=200`)
    const shown = output.peek()
    if (chosenJob.peek() !== name || JSON.stringify(shown) === JSON.stringify(answer)) return
    output.value = answer
  } catch {
    // A job may have no log.
  }
}
