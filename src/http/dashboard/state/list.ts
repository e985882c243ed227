import {computed, effect, signal} from '@preact/signals'
import type {JobJson} from '../json.js'
import {groupOf, type StateGroup, sortedJobs} from './jobs.js'

/** Which jobs the list shows, and in which order. */

export const query = signal('')
export const filter = signal<ReadonlySet<StateGroup>>(new Set())
/** While the pointer is on the list, no row moves away below it. */
export const isPointedAt = signal(false)

const order = signal<readonly string[]>([])

/** Keeps the order up to date; what is new comes last while the order is held. */
export function keepOrder(): void {
  effect(() => {
    const sorted = sortedJobs.value.map(({job}) => job)
    const next = isPointedAt.value ? withoutMoves(order.peek(), sorted) : sorted
    if (!isSame(next, order.peek())) order.value = next
  })
}

function withoutMoves(held: readonly string[], sorted: readonly string[]): readonly string[] {
  const [known, current] = [new Set(held), new Set(sorted)]
  return [...held.filter((name) => current.has(name)), ...sorted.filter((name) => !known.has(name))]
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index])
}

let lastShown: readonly string[] = []

export const shownJobs = computed(() => {
  if (!isFiltered.value) return order.value
  const byName = new Map(sortedJobs.value.map((job) => [job.job, job]))
  const words = query.value.toLowerCase().split(/\s+/).filter(Boolean)
  const next = order.value.filter((name) => {
    const job = byName.get(name)
    return job !== undefined && matches(job, words)
  })
  // The same array for the same names: the list is then not compared row by row.
  if (!isSame(next, lastShown)) lastShown = next
  return lastShown
})

export const isFiltered = computed(() => query.value.trim() !== '' || filter.value.size > 0)

function matches({job, state, reason}: JobJson, words: readonly string[]): boolean {
  if (filter.value.size > 0 && !filter.value.has(groupOf(state))) return false
  if (words.length === 0) return true
  const text = `${job} ${state} ${reason ?? ''}`.toLowerCase()
  return words.every((word) => text.includes(word))
}

export function toggleFilter(group: StateGroup): void {
  const next = new Set(filter.value)
  if (!next.delete(group)) next.add(group)
  filter.value = next
}

export function clearFilters(): void {
  query.value = ''
  filter.value = new Set()
}
