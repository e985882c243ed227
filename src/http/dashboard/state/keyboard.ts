import {askToSilence, question} from './dialog.js'
import {clearFilters, isFiltered} from './list.js'
import {hasShortcuts, toggleTheme} from './preferences.js'
import {chosenJob, leaveJob} from './route.js'

/** The shortcuts: `/ j k Enter Esc t s ?`. Enter is the browser's own, on the link of a row. */
export function startKeyboard(): void {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || question.peek()) return
    if (event.key === 'Escape') return leave(event.target)
    if (isField(event.target) || hasShortcuts.peek() === 'off') return
    const act = actions[event.key]
    if (!act) return
    event.preventDefault()
    act()
  })
}

const actions: Readonly<Record<string, () => void>> = {
  '/': () => document.getElementById('search')?.focus(),
  j: () => moveBy(1),
  k: () => moveBy(-1),
  t: toggleTheme,
  s: () => {
    const job = focusedJob() ?? chosenJob.peek()
    if (job !== undefined) askToSilence(job)
  },
  '?': () => {
    question.value = {ask: 'shortcuts'}
  },
}

/** One step back: out of the field, out of the job, then all jobs again. */
function leave(target: EventTarget | null): void {
  if (isField(target)) (target as HTMLElement).blur()
  else if (chosenJob.peek() !== undefined) leaveToRow()
  else if (isFiltered.peek()) clearFilters()
}

/** The focus goes back to the row of the job that was left. */
export function leaveToRow(): void {
  const job = chosenJob.peek()
  leaveJob()
  // The list of a narrow screen is shown again first.
  requestAnimationFrame(() => linkOf(job)?.focus())
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName)
}

function links(): readonly HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('a[data-job]')]
}

function linkOf(job: string | undefined): HTMLElement | undefined {
  return links().find(({dataset}) => dataset['job'] === job)
}

function focusedJob(): string | undefined {
  return (document.activeElement as HTMLElement | null)?.dataset['job']
}

function moveBy(step: number): void {
  const all = links()
  const from = all.findIndex(({dataset}) => dataset['job'] === (focusedJob() ?? chosenJob.peek()))
  const next = all[from < 0 ? 0 : Math.min(all.length - 1, Math.max(0, from + step))]
  next?.focus()
}
